package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc/status"

	"shop/platform/telemetry"
)

func (m *metrics) observe(ctx context.Context, method string, next func(ctx context.Context) error) (err error) {
	err = errPanicked
	defer func(started time.Time) {
		m.handled.WithLabelValues(method, status.Code(err).String()).Inc()
		telemetry.Observe(ctx, m.duration.WithLabelValues(method), float64(time.Since(started).Milliseconds()))
	}(time.Now())
	return next(ctx)
}
