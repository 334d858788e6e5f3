package grpcserver

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"google.golang.org/grpc/status"
)

type metrics struct {
	handled  *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	factory := promauto.With(registry)
	return &metrics{
		handled: factory.NewCounterVec(prometheus.CounterOpts{Namespace: "grpc", Subsystem: "server", Name: "handled_total"}, []string{"code", "method"}),
		duration: factory.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "grpc_server_handling_seconds",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
		}, []string{"method"}),
	}
}

//stagecraft:drop
var errPanicked error

func (m *metrics) observe(ctx context.Context, method string, next func(ctx context.Context) error) error {
	timer := prometheus.NewTimer(m.duration.With(prometheus.Labels{"method": method}))
	err := next(ctx)
	timer.ObserveDuration()
	m.handled.With(prometheus.Labels{"method": method, "code": status.Code(err).String()}).Inc()
	return err
}
