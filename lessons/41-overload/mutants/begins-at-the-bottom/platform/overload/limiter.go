package overload

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// New returns a Limiter that starts with the largest limit. Its metrics are in the registry.
func New(cfg Config, registry *prometheus.Registry, now func() time.Time) *Limiter {
	l := &Limiter{cfg: cfg, now: now, metrics: newMetrics(registry), limit: float64(cfg.Min), began: now()}
	l.metrics.limit.Set(l.limit)
	return l
}
