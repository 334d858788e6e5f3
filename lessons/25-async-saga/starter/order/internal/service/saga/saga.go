package saga

// ToCompensate returns the names of the steps to undo, the last one first.
func (s *Saga) ToCompensate() []string {
	var names []string
	// TODO: which of s.Steps may have happened, or may still happen?
	return names
}
