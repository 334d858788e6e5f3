package breaker

import (
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"go.uber.org/zap"

	"shop/platform/errs"
)

// Breaker counts the outcomes of calls to one dependency, with a list of their times and without a library.
type Breaker struct {
	name    string
	cfg     Config
	metrics *Metrics
	log     *zap.Logger

	mu       sync.Mutex
	state    gobreaker.State
	since    int // number of the state, so that late outcomes are recognized
	openedAt time.Time
	recent   []result
	probes   int // under way or succeeded
	good     int
}

//stagecraft:add
type result struct {
	at     time.Time
	failed bool
}

// New returns a closed breaker.
func New(name string, cfg Config, metrics *Metrics, log *zap.Logger) *Breaker {
	metrics.expect(name)
	return &Breaker{name: name, cfg: cfg, metrics: metrics, log: log}
}

// Do makes the call, or returns Unavailable.
func (b *Breaker) Do(call func() error) error {
	state, ok := b.begin()
	if !ok {
		b.metrics.rejected(b.name)
		return errs.New(errs.Unavailable, Reason, "%s is unavailable", b.name)
	}
	failed, counts := true, true // a panic
	defer func() { b.end(state, failed, counts) }()
	err := call()
	failed, counts = isFailure(err), errs.CodeOf(parsed(err)) != errs.Canceled
	return err
}

//stagecraft:add
func (b *Breaker) begin() (state int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == gobreaker.StateOpen && time.Since(b.openedAt) >= b.cfg.OpenFor {
		b.become(gobreaker.StateHalfOpen)
	}
	switch b.state {
	case gobreaker.StateOpen:
		return 0, false
	case gobreaker.StateHalfOpen:
		if b.probes >= b.cfg.HalfOpenRequests {
			return 0, false
		}
		b.probes++
	}
	return b.since, true
}

//stagecraft:add
func (b *Breaker) end(state int, failed, counts bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if state != b.since {
		return
	}
	if b.state == gobreaker.StateHalfOpen {
		b.endProbe(failed, counts)
		return
	}
	if !counts {
		return
	}
	now := time.Now()
	b.recent = append(b.recent, result{now, failed})
	for now.Sub(b.recent[0].at) > b.cfg.Window {
		b.recent = b.recent[1:]
	}
	failures := 0
	for _, r := range b.recent {
		if r.failed {
			failures++
		}
	}
	if failed && len(b.recent) >= b.cfg.MinRequests && float64(failures)/float64(len(b.recent)) >= b.cfg.FailureRatio {
		b.become(gobreaker.StateOpen)
	}
}

//stagecraft:add
func (b *Breaker) endProbe(failed, counts bool) {
	switch {
	case !counts:
		b.probes--
	case failed:
		b.become(gobreaker.StateOpen)
	default:
		if b.good++; b.good >= b.cfg.HalfOpenRequests {
			b.become(gobreaker.StateClosed)
		}
	}
}

//stagecraft:add
func (b *Breaker) become(state gobreaker.State) {
	b.state, b.openedAt, b.recent, b.probes, b.good = state, time.Now(), nil, 0, 0
	b.since++
	b.metrics.changed(b.name, state)
	b.log.Warn("circuit breaker changed", zap.String("dependency", b.name), zap.Stringer("to", state))
}
