package health

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/platform/parallel"
)

// Probe asks whether a dependency works.
type Probe struct {
	// Name is used in READINESS_REQUIRES, metrics, log lines and answers: database.
	Name string
	// Check returns nil while the dependency works. It should end with its context; if it does not, that is a failure too.
	Check func(ctx context.Context) error
}

// errHanging is the result of a probe whose last run did not end, not even with its context. A second one would hang as well.
var errHanging = errors.New("the run before this one has not ended")

// monitor is a probe with the history that decides whether it is up.
type monitor struct {
	Probe
	// running is open while a run that was given up goes on.
	running chan struct{}

	up     bool
	wasUp  bool
	streak int // results in a row that contradict up
}

// run asks once. It returns within the timeout whatever the probe does.
func (m *monitor) run(ctx context.Context, timeout time.Duration) error {
	select {
	case <-m.running:
	default:
		return errHanging
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	m.running = make(chan struct{})
	result := make(chan error, 1)
	go func() {
		defer close(m.running)
		result <- parallel.Protect(func() error { return m.Check(ctx) })
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("no answer within %s", timeout)
	}
}

// observe adds a result, and reports whether the probe is up or down because of it. One result that differs changes nothing: a lost packet
// or a failover of a second must not move traffic.
func (m *monitor) observe(err error, cfg Config) (changed bool) {
	if (err == nil) == m.up {
		m.streak = 0
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

// needed returns how many results in a row change the state.
func (m *monitor) needed(cfg Config) int {
	switch {
	case m.up:
		return cfg.Failures
	case m.wasUp:
		return cfg.Successes
	default:
		return 1
	}
}
