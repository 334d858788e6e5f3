package domain

// CanTransitionTo reports whether an order in status s may next be in status to.
func (s OrderStatus) CanTransitionTo(to OrderStatus) bool {
	if s >= StatusShipped {
		return false
	}
	return to == s+1 || (to == StatusCancelled && s >= StatusPending)
}
