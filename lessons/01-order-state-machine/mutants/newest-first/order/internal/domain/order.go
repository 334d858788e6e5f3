package domain

func (o *Order) record(e Event) { o.events = append([]Event{e}, o.events...) }
