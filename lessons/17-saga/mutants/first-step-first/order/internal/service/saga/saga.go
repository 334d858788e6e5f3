package saga

func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range s.Steps {
		if step.Status != StepFailed && step.Status != StepCompensated {
			names = append(names, step.Name)
		}
	}
	return names
}
