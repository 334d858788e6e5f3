package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/platform/logging"
)

func (u *RebuildOrderList) Execute(ctx context.Context) error {
	generation, err := u.list.Begin(ctx)
	if err != nil {
		return err
	}
	copied, err := u.copy(ctx, generation)
	if err != nil {
		return err
	}
	activated, err := u.list.Activate(ctx, generation)
	if err != nil {
		return err
	}
	if !activated {
		return nil
	}
	logging.From(ctx).Info("order list rebuilt", logging.Event("order.list.rebuilt"), zap.Int32("generation", generation),
		zap.Int("orders", copied))
	return u.deleteOld(ctx)
}
