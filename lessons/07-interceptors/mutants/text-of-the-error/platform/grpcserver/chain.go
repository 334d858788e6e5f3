package grpcserver

import (
	"context"
	"google.golang.org/grpc/status"

	"shop/platform/grpcstatus"
)

func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	err := next(ctx)
	if err == nil {
		return nil
	}
	return status.Error(grpcstatus.Of(err).Code(), err.Error())
}
