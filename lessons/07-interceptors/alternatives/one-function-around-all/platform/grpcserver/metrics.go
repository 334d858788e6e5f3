package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc/status"
)

//stagecraft:add
func (m *metrics) count(method string, err error, took time.Duration) {
	m.handled.WithLabelValues(method, status.Code(err).String()).Inc()
	m.duration.WithLabelValues(method).Observe(took.Seconds())
}

//stagecraft:drop
func (m *metrics) observe(ctx context.Context, method string, next func(ctx context.Context) error) (err error) {
	return nil
}

//stagecraft:drop
var errPanicked error
