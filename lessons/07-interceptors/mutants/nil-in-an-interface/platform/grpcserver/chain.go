package grpcserver

import (
	"context"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	err := next(ctx)
	if status := grpcstatus.Error(err); errs.CodeOf(err) != 0 {
		return status
	}
	return grpcstatus.Error(errs.From(err))
}
