package grpcserver

import (
	"github.com/prometheus/client_golang/prometheus"
)

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "grpc_server_handled_total",
			Help: "Calls that ended, by method and gRPC code.",
		}, []string{"method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "grpc_server_handling_seconds",
			Help:    "Time from the start of a call to its end.",
			Buckets: prometheus.DefBuckets,
		}, []string{"method"}),
	}
	registry.MustRegister(m.handled, m.duration)
	return m
}
