package domain

//stagecraft:add
var arrows = [6][6]bool{
	StatusPending:   {StatusConfirmed: true, StatusCancelled: true},
	StatusConfirmed: {StatusPaid: true, StatusCancelled: true},
	StatusPaid:      {StatusShipped: true, StatusCancelled: true},
}

// CanTransitionTo reports whether an order in status s may next be in status to.
func (s OrderStatus) CanTransitionTo(to OrderStatus) bool { return arrows[s][to] }
