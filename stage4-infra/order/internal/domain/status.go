// Package domain is what an order is and may become. It imports only the standard library.
package domain

import "slices"

// OrderStatus is where an order is in its life. The values are stored and sent: never renumber them.
type OrderStatus int

const (
	StatusUnspecified OrderStatus = 0
	StatusPending     OrderStatus = 1
	StatusConfirmed   OrderStatus = 2
	StatusPaid        OrderStatus = 3
	StatusShipped     OrderStatus = 4
	StatusCancelled   OrderStatus = 5
)

// transitions is a whitelist: a change that is not named here is refused.
var transitions = map[OrderStatus][]OrderStatus{
	StatusPending:   {StatusConfirmed, StatusCancelled},
	StatusConfirmed: {StatusPaid, StatusCancelled},
	StatusPaid:      {StatusShipped, StatusCancelled},
}

var statusNames = map[OrderStatus]string{
	StatusPending:   "PENDING",
	StatusConfirmed: "CONFIRMED",
	StatusPaid:      "PAID",
	StatusShipped:   "SHIPPED",
	StatusCancelled: "CANCELLED",
}

// Statuses returns all that an order can have.
func Statuses() []OrderStatus {
	return []OrderStatus{StatusPending, StatusConfirmed, StatusPaid, StatusShipped, StatusCancelled}
}

// CanTransitionTo tells whether an order in status s may next be in status to.
func (s OrderStatus) CanTransitionTo(to OrderStatus) bool {
	return slices.Contains(transitions[s], to)
}

// IsFinal tells whether nothing can follow s.
func (s OrderStatus) IsFinal() bool {
	return s.IsValid() && len(transitions[s]) == 0
}

// IsValid tells whether s is a status that an order can have.
func (s OrderStatus) IsValid() bool {
	_, ok := statusNames[s]
	return ok
}

// String returns the status in capitals, UNSPECIFIED for one that an order cannot have.
func (s OrderStatus) String() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return "UNSPECIFIED"
}
