package grpcserver

import "context"

// recoverPanic turns a panic into an error, so that one bad request does not take down all others.
func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	// TODO: the client gets an internal error, the log the stack.
	return next(ctx)
}
