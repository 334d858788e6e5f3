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
	if e, ok := err.(*errs.DomainError); ok {
		return grpcstatus.Error(e)
	}
	return grpcstatus.Error(errs.Wrap(err, errs.Internal, errs.Internal.String(), "%s", errs.Internal.Message()))
}
