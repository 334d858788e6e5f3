package bulkhead

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts for all bulkheads of a service.
type Metrics struct {
	inFlight *prometheus.GaugeVec
	rejected *prometheus.CounterVec
}

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "bulkhead_in_flight",
			Help: "Calls to a dependency that are under way.",
		}, []string{"dependency"}),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bulkhead_rejected_total",
			Help: "Calls that were not made because the dependency was busy for too long.",
		}, []string{"dependency"}),
	}
	registry.MustRegister(m.inFlight, m.rejected)
	return m
}

func (m *Metrics) expect(name string) {
	m.inFlight.WithLabelValues(name)
	m.rejected.WithLabelValues(name)
}
