package grpcserver

import (
	"context"
	"fmt"

	"shop/platform/grpcstatus"
)

func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	err := next(ctx)
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", grpcstatus.Of(err).Err(), err)
}
