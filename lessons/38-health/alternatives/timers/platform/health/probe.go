package health

import "time"

// probeState is what is known of a probe. It is changed under the lock of Health.
//
//stagecraft:add
type probeState struct {
	probe      Probe
	timer      *time.Timer
	hanging    bool
	up, wasUp  bool
	bad, good  int // in a row
	generation int // of the run whose result counts
}

// count adds a result and reports whether it turns the state over.
//
//stagecraft:add
func (s *probeState) count(ok bool, cfg Config) bool {
	if ok {
		s.bad, s.good = 0, s.good+1
	} else {
		s.bad, s.good = s.bad+1, 0
	}
	switch {
	case s.up && s.bad >= cfg.Failures:
		s.up = false
	case !s.up && s.good >= cfg.Successes, !s.wasUp && ok:
		s.up, s.wasUp = true, true
	default:
		return false
	}
	return true
}

//stagecraft:drop
var errHanging error

//stagecraft:drop
type monitor struct{}

//stagecraft:drop
func (m *monitor) run() {}

//stagecraft:drop
func (m *monitor) observe() {}

//stagecraft:drop
func (m *monitor) needed() {}
