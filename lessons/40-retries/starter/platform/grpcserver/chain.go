package grpcserver

import (
	"context"

	"shop/platform/grpcstatus"
)

// mapErrors gives the errors of all use cases their gRPC status. Callers may repeat whatever is Unavailable.
func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	return grpcstatus.Error(next(ctx))
}
