package grpcserver

import "context"

// Stop takes no more calls, ends all streams, because they would not end by themselves, and lets the other calls in progress finish. When
// ctx ends it cancels them and returns the error of ctx.
func (s *Server) Stop(context.Context) error {
	// TODO
	return nil
}
