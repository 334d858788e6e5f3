package overload

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	limit, inFlight prometheus.Gauge
	refused         *prometheus.CounterVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		limit: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "overload_limit",
			Help: "How many calls may be in progress at the moment.",
		}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "overload_in_flight",
			Help: "Calls in progress.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "overload_shed_total",
			Help: "Calls that were refused, by priority and cause: limit or deadline.",
		}, []string{"priority", "cause"}),
	}
	registry.MustRegister(m.limit, m.inFlight, m.refused)
	for _, p := range []Priority{Low, Normal, High} {
		m.refused.WithLabelValues(p.String(), "limit")
		m.refused.WithLabelValues(p.String(), "deadline")
	}
	return m
}

func (m *metrics) shed(p Priority, cause string) { m.refused.WithLabelValues(p.String(), cause).Inc() }
