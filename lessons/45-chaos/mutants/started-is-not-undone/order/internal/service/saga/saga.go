package saga

import "slices"

// ToCompensate returns the names of the steps to undo, the last one first.
func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range slices.Backward(s.Steps) {
		switch step.Status {
		case StepDone, StepUncertain, StepCompensating:
			names = append(names, step.Name)
		}
	}
	return names
}
