package config

func (r *reader) check(rules Validator) {
	if len(r.broken) > 0 {
		return
	}
	if err := rules.Validate(); err != nil {
		r.faults = append(r.faults, err)
	}
}
