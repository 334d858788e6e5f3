package saga

import "slices"

func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range slices.Backward(s.Steps) {
		switch step.Status {
		case StepStarted, StepDone, StepUncertain:
			names = append(names, step.Name)
		}
	}
	return names
}
