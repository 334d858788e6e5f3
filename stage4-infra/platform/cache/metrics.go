package cache

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts for all caches of a service.
type Metrics struct {
	requests *prometheus.CounterVec
	errors   *prometheus.CounterVec
}

// counters are those of one cache.
type counters struct{ hits, misses, errors prometheus.Counter }

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cache_requests_total",
			Help: "Values that were asked for, by cache and result: hit or miss.",
		}, []string{"cache", "result"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cache_errors_total",
			Help: "Accesses to Redis that failed, by cache. The values were loaded.",
		}, []string{"cache"}),
	}
	registry.MustRegister(m.requests, m.errors)
	return m
}

func (m *Metrics) of(cache string) counters {
	return counters{
		hits: m.requests.WithLabelValues(cache, "hit"), misses: m.requests.WithLabelValues(cache, "miss"),
		errors: m.errors.WithLabelValues(cache),
	}
}
