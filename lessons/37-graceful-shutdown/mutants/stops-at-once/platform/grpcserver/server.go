package grpcserver

import "context"

// Stop ends the server.
func (s *Server) Stop(context.Context) error {
	s.drain()
	s.grpc.Stop()
	return nil
}
