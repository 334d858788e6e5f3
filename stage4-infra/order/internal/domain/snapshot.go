package domain

import (
	"slices"
	"time"
)

// Snapshot is an order as it is stored. Only a repository has use for it.
type Snapshot struct {
	ID           string
	BuyerID      string
	Status       OrderStatus
	Items        []Item
	Total        Money
	CancelCode   CancelCode
	CancelReason string
	Version      int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// RestoreOrder brings back a stored order. It checks nothing and records no event: what is stored was valid.
func RestoreOrder(s Snapshot) *Order {
	return &Order{
		id:           s.ID,
		buyerID:      s.BuyerID,
		status:       s.Status,
		items:        s.Items,
		total:        s.Total,
		cancelCode:   s.CancelCode,
		cancelReason: s.CancelReason,
		version:      s.Version,
		createdAt:    s.CreatedAt,
		updatedAt:    s.UpdatedAt,
	}
}

// ID returns the order's UUID.
func (o *Order) ID() string { return o.id }

// BuyerID returns the UUID of the buyer.
func (o *Order) BuyerID() string { return o.buyerID }

// Status returns where the order is in its life.
func (o *Order) Status() OrderStatus { return o.status }

// Items returns the lines of the order. The slice is the caller's own.
func (o *Order) Items() []Item { return slices.Clone(o.items) }

// Total returns the sum over all items.
func (o *Order) Total() Money { return o.total }

// CancelCode returns why the order was cancelled, for programs; empty if it was not.
func (o *Order) CancelCode() CancelCode { return o.cancelCode }

// CancelReason returns why the order was cancelled, for people; empty if it was not.
func (o *Order) CancelReason() string { return o.cancelReason }

// Version returns how many events the order has had; the optimistic lock.
func (o *Order) Version() int64 { return o.version }

// CreatedAt returns when the order was made.
func (o *Order) CreatedAt() time.Time { return o.createdAt }

// UpdatedAt returns when the order last changed.
func (o *Order) UpdatedAt() time.Time { return o.updatedAt }
