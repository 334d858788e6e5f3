package saga

import "slices"

// ToCompensate returns the names of the steps to undo, the last one first: those that are done.
func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range slices.Backward(s.Steps) {
		switch step.Status {
		case StepDone, StepCompensating:
			names = append(names, step.Name)
		}
	}
	return names
}
