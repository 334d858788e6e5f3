package domain

//stagecraft:drop
var transitions map[OrderStatus][]OrderStatus

// CanTransitionTo reports whether an order in status s may next be in status to.
func (s OrderStatus) CanTransitionTo(to OrderStatus) bool {
	switch s {
	case StatusPending:
		return to == StatusConfirmed || to == StatusCancelled
	case StatusConfirmed:
		return to == StatusPaid || to == StatusCancelled
	case StatusPaid:
		return to == StatusShipped || to == StatusCancelled
	default:
		return false
	}
}

// IsFinal reports whether nothing can follow s.
func (s OrderStatus) IsFinal() bool { return s == StatusShipped || s == StatusCancelled }
