package saga

// ToCompensate returns the names of the steps to undo, the last one first: all but those that are known not to have happened.
func (s *Saga) ToCompensate() []string {
	harmless := map[StepStatus]bool{StepFailed: true, StepCompensated: true}
	names := make([]string, 0, len(s.Steps))
	for i := len(s.Steps) - 1; i >= 0; i-- {
		if !harmless[s.Steps[i].Status] {
			names = append(names, s.Steps[i].Name)
		}
	}
	return names
}
