package grpcserver

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

func newMetrics(registry *prometheus.Registry) *metrics {
	once.Do(func() { shared = makeMetrics(registry) })
	return shared
}

//stagecraft:add
var (
	once   sync.Once
	shared *metrics
)

//stagecraft:add
func makeMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "grpc_server_handled_total",
			Help: "Calls that ended, by method and gRPC code.",
		}, []string{"method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "grpc_server_handling_seconds",
			Help:    "Time from the start of a call to its end.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method"}),
	}
	registry.MustRegister(m.handled, m.duration)
	return m
}
