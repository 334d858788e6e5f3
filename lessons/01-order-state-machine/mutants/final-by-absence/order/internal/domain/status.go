package domain

// IsFinal reports whether nothing can follow s.
func (s OrderStatus) IsFinal() bool { return len(transitions[s]) == 0 }
