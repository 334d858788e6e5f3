package overload

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/errs"
)

//stagecraft:drop
const (
	minSamples = 0
	maxSamples = 0
	growth     = 0
	maxCut     = 0
)

// Limiter bounds the calls in progress. It counts how many of a window's calls were slow, and cuts by a fixed factor when more than half were.
type Limiter struct {
	cfg     Config
	now     func() time.Time
	metrics *metrics

	mu         sync.Mutex
	limit      int
	inFlight   int
	fast, slow int
	windowEnds time.Time
}

// New returns a Limiter.
func New(cfg Config, registry *prometheus.Registry, now func() time.Time) *Limiter {
	l := &Limiter{cfg: cfg, now: now, metrics: newMetrics(registry), limit: cfg.Max, windowEnds: now().Add(cfg.Window)}
	l.metrics.limit.Set(float64(cfg.Max))
	return l
}

// places are those that a priority may fill.
//
//stagecraft:add
func (l *Limiter) places(p Priority) int {
	switch p {
	case Low:
		return max(1, l.limit*2/3)
	case Normal:
		return max(1, l.limit*7/8)
	default:
		return l.limit
	}
}

// Admit begins a call.
func (l *Limiter) Admit(ctx context.Context, p Priority) (done func(), err error) {
	if p == Always {
		return func() {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	began := l.now()
	if err := l.check(ctx, p, began); err != nil {
		return nil, err
	}
	l.move(1)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.move(-1)
		l.ended(l.now(), ctx.Err() != nil || l.now().Sub(began) > l.cfg.Target)
	}, nil
}

//stagecraft:add
func (l *Limiter) move(by int) {
	l.inFlight += by
	l.metrics.inFlight.Set(float64(l.inFlight))
}

// ended counts a call, and adjusts the limit at the end of a window.
//
//stagecraft:add
func (l *Limiter) ended(now time.Time, slow bool) {
	if slow {
		l.slow++
	} else {
		l.fast++
	}
	if now.Before(l.windowEnds) || l.fast+l.slow < 10 {
		return
	}
	if l.slow > l.fast {
		l.limit = max(l.cfg.Min, min(l.limit, l.inFlight+l.inFlight/2+1)*7/10)
	} else {
		l.limit = min(l.cfg.Max, l.limit+l.limit/16+1)
	}
	l.metrics.limit.Set(float64(l.limit))
	l.fast, l.slow, l.windowEnds = 0, 0, now.Add(l.cfg.Window)
}

// Check refuses like Admit.
func (l *Limiter) Check(ctx context.Context, p Priority) error {
	if p == Always {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.check(ctx, p, l.now())
}

func (l *Limiter) check(ctx context.Context, p Priority, now time.Time) error {
	deadline, limited := ctx.Deadline()
	switch {
	case limited && now.Add(l.cfg.MinTime).After(deadline):
		l.metrics.shed(p, "deadline")
		return errs.New(errs.DeadlineExceeded, "TOO_LATE", "too late")
	case l.inFlight >= l.places(p):
		l.metrics.shed(p, "limit")
		return errs.New(errs.Unavailable, Reason, "too much to do")
	}
	return nil
}

//stagecraft:drop
func (l *Limiter) end(ctx context.Context, began time.Time) {}

//stagecraft:drop
func (l *Limiter) adjust(now time.Time) {}
