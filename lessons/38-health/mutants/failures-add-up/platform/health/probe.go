package health

// observe adds a result, and reports whether the probe is up or down because of it. One result that differs changes nothing: a lost packet
// or a failover of a second must not move traffic.
func (m *monitor) observe(err error, cfg Config) (changed bool) {
	if (err == nil) == m.up {
		return false
	}
	m.streak++
	if m.streak < m.needed(cfg) {
		return false
	}
	m.up, m.streak = !m.up, 0
	m.wasUp = m.wasUp || m.up
	return true
}
