package grpcserver

import (
	"context"

	"shop/platform/parallel"
)

// Stop ends the server.
func (s *Server) Stop(ctx context.Context) error {
	s.drain()
	if err := parallel.Await(ctx, s.grpc.GracefulStop); err != nil {
		s.grpc.Stop()
	}
	return nil
}
