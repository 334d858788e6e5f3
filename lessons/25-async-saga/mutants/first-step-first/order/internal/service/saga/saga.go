package saga

func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range s.Steps {
		switch step.Status {
		case StepStarted, StepDone, StepUncertain, StepCompensating:
			names = append(names, step.Name)
		}
	}
	return names
}
