package saga

import "slices"

// ToCompensate leaves out what certainly has no effect: a step that was refused, and one that is undone.
func (s *Saga) ToCompensate() []string {
	harmless := map[StepStatus]bool{StepFailed: true, StepCompensated: true}
	names := make([]string, 0, len(s.Steps))
	for _, step := range s.Steps {
		if !harmless[step.Status] {
			names = append(names, step.Name)
		}
	}
	slices.Reverse(names)
	return names
}
