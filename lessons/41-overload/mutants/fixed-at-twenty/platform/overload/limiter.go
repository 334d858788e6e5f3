package overload

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// New returns a Limiter that starts with the largest limit. Its metrics are in the registry.
func New(cfg Config, registry *prometheus.Registry, now func() time.Time) *Limiter {
	l := &Limiter{cfg: cfg, now: now, metrics: newMetrics(registry), limit: 20, began: now()}
	l.metrics.limit.Set(l.limit)
	return l
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
		_ = growth
	}
	l.metrics.limit.Set(l.limit)
	l.samples, l.peak, l.began = l.samples[:0], l.inFlight, now
}
