package saga

import "slices"

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
