package grpcserver

import "context"

// Stop ends the server.
func (s *Server) Stop(ctx context.Context) error {
	s.drain()
	cut := context.AfterFunc(ctx, s.grpc.Stop)
	s.grpc.GracefulStop() // Stop ends it, too
	if !cut() {
		return ctx.Err()
	}
	return nil
}
