package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc/status"

	"shop/platform/telemetry"
)

func (m *metrics) observe(ctx context.Context, method string, next func(ctx context.Context) error) (err error) {
	started := time.Now()
	defer m.handled.WithLabelValues(method, status.Code(err).String()).Inc()
	defer func() { telemetry.Observe(ctx, m.duration.WithLabelValues(method), time.Since(started).Seconds()) }()
	return next(ctx)
}
