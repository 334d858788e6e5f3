package health

import (
	"context"
	"errors"
	"time"

	"shop/platform/parallel"
)

// monitor keeps the last results of a probe and derives its state from them.
type monitor struct {
	Probe
	busy chan struct{} // has a place while no run is under way
	// running is not used by runs; it is there for New.
	running chan struct{}

	up, wasUp bool
	recent    []bool
}

// run asks once, and waits for the answer no longer than timeout.
func (m *monitor) run(ctx context.Context, timeout time.Duration) error {
	if m.busy == nil {
		m.busy = make(chan struct{}, 1)
	}
	select {
	case m.busy <- struct{}{}:
	default:
		return errHanging
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errors.New("it did not answer in time"))
	defer cancel()
	var result error
	err := parallel.Await(ctx, func() {
		answer := parallel.Protect(func() error { return m.Check(ctx) })
		<-m.busy
		if ctx.Err() == nil {
			result = answer
		}
	})
	if err != nil {
		return context.Cause(ctx)
	}
	return result
}

// observe looks at the last results: all of them must agree to change the state.
func (m *monitor) observe(err error, cfg Config) (changed bool) {
	m.recent = append(m.recent, err == nil)
	n := m.needed(cfg)
	if len(m.recent) > n {
		m.recent = m.recent[len(m.recent)-n:]
	}
	if len(m.recent) < n {
		return false
	}
	for _, ok := range m.recent {
		if ok == m.up {
			return false
		}
	}
	m.up, m.recent = !m.up, nil
	m.wasUp = true
	return true
}
