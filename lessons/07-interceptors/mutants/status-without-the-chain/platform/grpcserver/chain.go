package grpcserver

import (
	"context"

	"shop/platform/grpcstatus"
)

func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	return grpcstatus.Of(next(ctx)).Err()
}
