package health

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	ready prometheus.Gauge
	up    *prometheus.GaugeVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		ready: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "health_ready",
			Help: "1 while the process is ready for traffic.",
		}),
		up: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "health_probe_up",
			Help: "1 while the dependency that a probe asks works.",
		}, []string{"probe"}),
	}
	registry.MustRegister(m.ready, m.up)
	return m
}
