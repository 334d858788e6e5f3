package health

// needed returns how many results in a row change the state.
func (m *monitor) needed(cfg Config) int {
	switch {
	case m.up:
		return 1
	case m.wasUp:
		return 1
	default:
		return 1
	}
}
