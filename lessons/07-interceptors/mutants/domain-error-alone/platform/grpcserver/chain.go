package grpcserver

import (
	"context"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	err := next(ctx)
	if err == nil {
		return nil
	}
	return grpcstatus.Error(errs.From(err))
}
