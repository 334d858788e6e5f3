package domain

// CanTransitionTo reports whether an order in status s may next be in status to.
func (s OrderStatus) CanTransitionTo(to OrderStatus) bool {
	if to == StatusCancelled {
		return s != StatusUnspecified && s.IsValid() && s != StatusCancelled
	}
	for _, allowed := range transitions[s] {
		if allowed == to {
			return true
		}
	}
	return false
}
