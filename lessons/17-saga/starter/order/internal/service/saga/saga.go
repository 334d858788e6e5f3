package saga

// ToCompensate returns the names of the steps to undo, in the order in which to undo them.
func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range s.Steps {
		// TODO: is DONE all that may have happened? And which of them comes first?
		if step.Status == StepDone {
			names = append(names, step.Name)
		}
	}
	return names
}
