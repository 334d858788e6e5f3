package grpcserver

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are rate, errors and duration.
type metrics struct{}

func newMetrics(registry *prometheus.Registry) *metrics {
	// TODO: grpc_server_handled_total and grpc_server_handling_seconds.
	return &metrics{}
}

func (m *metrics) observe(ctx context.Context, method string, next func(ctx context.Context) error) error {
	// TODO: count the call and the time it took.
	return next(ctx)
}

//stagecraft:drop
var errPanicked error
