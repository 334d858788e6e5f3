package health

// needed returns how many results in a row change the state.
func (m *monitor) needed(cfg Config) int {
	switch {
	case m.up:
		return cfg.Failures
	default:
		return cfg.Successes
	}
}
