package grpcserver

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// drain ends streams when the server stops: they would never end by themselves, and GracefulStop would wait for them.
type drain struct {
	once    sync.Once
	started chan struct{}
}

func newDrain() *drain { return &drain{started: make(chan struct{})} }

func (d *drain) start() { d.once.Do(func() { close(d.started) }) }

func (d *drain) stream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-d.started:
			cancel()
		case <-ended:
		}
	}()
	err := handler(srv, withContext(stream, ctx))
	if err != nil && ctx.Err() != nil && stream.Context().Err() == nil {
		return status.Error(codes.Unavailable, "the server is shutting down")
	}
	return err
}
