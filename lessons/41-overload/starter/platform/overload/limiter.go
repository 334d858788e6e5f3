package overload

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

//stagecraft:drop
const (
	minSamples = 0
	maxSamples = 0
	growth     = 0
	maxCut     = 0
)

// Limiter bounds the calls in progress.
//
// TODO: the fields are yours.
type Limiter struct {
	cfg     Config
	now     func() time.Time
	metrics *metrics
}

// New returns a Limiter. Its metrics are in the registry.
func New(cfg Config, registry *prometheus.Registry, now func() time.Time) *Limiter {
	return &Limiter{cfg: cfg, now: now, metrics: newMetrics(registry)}
}

// Admit begins a call, or refuses it.
//
// TODO: this one takes everything.
func (l *Limiter) Admit(_ context.Context, _ Priority) (done func(), err error) {
	return func() {}, nil
}

// Check refuses like Admit, but begins nothing.
//
// TODO
func (l *Limiter) Check(_ context.Context, _ Priority) error { return nil }

//stagecraft:drop
func (l *Limiter) check(ctx context.Context, p Priority, now time.Time) error { return nil }

//stagecraft:drop
func (l *Limiter) end(ctx context.Context, began time.Time) {}

//stagecraft:drop
func (l *Limiter) adjust(now time.Time) {}

// RetryAfter returns how long a refused caller should wait.
//
// TODO: all callers come back together.
func (l *Limiter) RetryAfter() time.Duration { return l.cfg.RetryAfter }
