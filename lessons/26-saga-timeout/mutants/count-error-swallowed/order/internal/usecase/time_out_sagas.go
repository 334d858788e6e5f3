package usecase

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
)

func (u *TimeOutSagas) Execute(ctx context.Context) (moved int, err error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	for _, orderID := range stale {
		err := u.timeOut(ctx, orderID)
		switch {
		case err == nil:
			moved++
		case !errors.Is(err, saga.ErrNotFound) && ctx.Err() == nil:
			logging.From(ctx).Warn("stale saga cannot be moved", logging.Event("order.saga.timeout_failed"),
				zap.String("order_id", orderID), logging.Error(err))
		}
	}
	_ = u.showOpen(ctx)
	return moved, nil
}
