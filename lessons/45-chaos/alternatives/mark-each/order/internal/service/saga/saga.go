package saga

import "slices"

// ToCompensate returns the names of the steps to undo, the last one first.
func (s *Saga) ToCompensate() (names []string) {
	for _, step := range s.Steps {
		if step.mayHaveHappened() {
			names = append(names, step.Name)
		}
	}
	slices.Reverse(names)
	return names
}

// mayHaveHappened tells whether the effect of the step is there, or may still come.
//
//stagecraft:add
func (s StepState) mayHaveHappened() bool {
	return s.Status != StepFailed && s.Status != StepCompensated
}
