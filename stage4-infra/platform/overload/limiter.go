// Package overload refuses calls that a service could not answer in time. It limits how many calls are in progress, and finds the limit by
// itself from how long they take.
package overload

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/errs"
)

// Reason is the reason of the error for a call that was refused.
const Reason = "OVERLOADED"

const (
	minSamples = 10   // fewer calls say nothing about the service
	maxSamples = 1000 // bounds the memory of a window
	growth     = 1.05 // of the limit in each window that is fast enough
	maxCut     = 0.5  // the smallest factor of one cut: a stall of one window must not stop the service
)

// Limiter bounds the calls in progress.
//
// In a service that is overloaded, calls wait for each other, so their time grows with their number: number = rate × time (Little's law). A
// window in which half of the calls took longer than Target had too many of them in progress, by the factor median ÷ Target, and the limit
// is lowered by it. In every other window the limit grows a little. Thus calls take about Target under overload, however fast the machine
// and its database are, and the service works at its full rate.
//
// The median ignores a few slow calls, such as those that wait for a payment provider.
type Limiter struct {
	cfg     Config
	now     func() time.Time
	metrics *metrics

	mu       sync.Mutex
	limit    float64
	inFlight int
	peak     int // most calls in progress in this window
	samples  []time.Duration
	began    time.Time // of this window
}

// New returns a Limiter that starts with the largest limit. Its metrics are in the registry.
func New(cfg Config, registry *prometheus.Registry, now func() time.Time) *Limiter {
	l := &Limiter{cfg: cfg, now: now, metrics: newMetrics(registry), limit: float64(cfg.Max), began: now()}
	l.metrics.limit.Set(l.limit)
	return l
}

// Admit begins a call, whose end the caller reports by calling done; or it refuses with Unavailable and the reason OVERLOADED, or with
// DeadlineExceeded when too little time is left. It never waits.
func (l *Limiter) Admit(ctx context.Context, p Priority) (done func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if err := l.check(ctx, p, now); err != nil {
		return nil, err
	}
	if p == Always {
		return func() {}, nil
	}
	l.inFlight++
	l.peak = max(l.peak, l.inFlight)
	l.metrics.inFlight.Set(float64(l.inFlight))
	return func() { l.end(ctx, now) }, nil
}

// Check refuses like Admit, but begins nothing. It is for streams, which mostly wait: they must not take a place for their whole life.
func (l *Limiter) Check(ctx context.Context, p Priority) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.check(ctx, p, l.now())
}

func (l *Limiter) check(ctx context.Context, p Priority, now time.Time) error {
	if p == Always {
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(now) < l.cfg.MinTime {
		l.metrics.shed(p, "deadline")
		return errs.New(errs.DeadlineExceeded, errs.DeadlineExceeded.String(), "too little time is left for an answer")
	}
	if float64(l.inFlight) >= max(1, l.limit*shares[p]) {
		l.metrics.shed(p, "limit")
		return errs.New(errs.Unavailable, Reason, "overloaded, try again later")
	}
	return nil
}

func (l *Limiter) end(ctx context.Context, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.inFlight--
	l.metrics.inFlight.Set(float64(l.inFlight))
	took := now.Sub(began)
	if ctx.Err() != nil {
		took = max(took, 2*l.cfg.Target) // the caller did not wait for the answer: the call counts as slow
	}
	if len(l.samples) < maxSamples {
		l.samples = append(l.samples, took)
	} else {
		l.samples[rand.IntN(maxSamples)] = took
	}
	if len(l.samples) >= minSamples && now.Sub(l.began) >= l.cfg.Window {
		l.adjust(now)
	}
}

// adjust ends the window.
func (l *Limiter) adjust(now time.Time) {
	slices.Sort(l.samples)
	median := l.samples[len(l.samples)/2]
	if median > l.cfg.Target {
		factor := max(maxCut, float64(l.cfg.Target)/float64(median))
		// A limit that was never reached is not what made the calls slow. Calls of low priority reach it at their share.
		reached := min(l.limit, float64(l.peak)/shares[Low])
		l.limit = max(float64(l.cfg.Min), reached*factor)
	} else {
		l.limit = min(float64(l.cfg.Max), l.limit*growth+1)
	}
	l.metrics.limit.Set(l.limit)
	l.samples, l.peak, l.began = l.samples[:0], l.inFlight, now
}

// RetryAfter returns how long a refused caller should wait. It differs from call to call, so that callers do not come back together.
func (l *Limiter) RetryAfter() time.Duration {
	return l.cfg.RetryAfter/2 + rand.N(l.cfg.RetryAfter)
}
