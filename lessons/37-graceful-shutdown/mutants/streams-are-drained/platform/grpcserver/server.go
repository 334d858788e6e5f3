package grpcserver

import (
	"context"

	"shop/platform/parallel"
)

// Stop ends the server.
func (s *Server) Stop(ctx context.Context) error {
	err := parallel.Await(ctx, s.grpc.GracefulStop)
	if err != nil {
		s.grpc.Stop()
	}
	return err
}
