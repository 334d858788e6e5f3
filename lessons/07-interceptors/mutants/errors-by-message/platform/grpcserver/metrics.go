package grpcserver

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/telemetry"
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
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method"}),
	}
	failures = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "grpc_server_errors_total", Help: "Errors by message."}, []string{"message"})
	registry.MustRegister(m.handled, m.duration, failures)
	return m
}

func (m *metrics) observe(ctx context.Context, method string, next func(ctx context.Context) error) (err error) {
	err = errPanicked
	defer func(started time.Time) {
		m.handled.WithLabelValues(method, status.Code(err).String()).Inc()
		if err != nil {
			failures.WithLabelValues(errs.From(err).Message).Inc()
		}
		telemetry.Observe(ctx, m.duration.WithLabelValues(method), time.Since(started).Seconds())
	}(time.Now())
	return next(ctx)
}

//stagecraft:add
var failures *prometheus.CounterVec
