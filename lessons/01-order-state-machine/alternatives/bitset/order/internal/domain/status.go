package domain

//stagecraft:drop
var transitions map[OrderStatus][]OrderStatus

// next holds one bit for each status that may follow; a status without a bit is final.
//
//stagecraft:add
var next = [...]uint8{
	StatusUnspecified: 0,
	StatusPending:     1<<StatusConfirmed | 1<<StatusCancelled,
	StatusConfirmed:   1<<StatusPaid | 1<<StatusCancelled,
	StatusPaid:        1<<StatusShipped | 1<<StatusCancelled,
	StatusShipped:     0,
	StatusCancelled:   0,
}

// CanTransitionTo reports whether an order in status s may next be in status to.
func (s OrderStatus) CanTransitionTo(to OrderStatus) bool {
	return s.IsValid() && to.IsValid() && next[s]&(1<<uint(to)) != 0
}

// IsFinal reports whether nothing can follow s.
func (s OrderStatus) IsFinal() bool { return s.IsValid() && next[s] == 0 }
