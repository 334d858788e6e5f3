package domain

// Events returns what happened since the order was made or loaded, oldest first.
func (o *Order) Events() []Event {
	taken := o.events
	o.events = nil
	return taken
}
