package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
)

func (u *TimeOutSagas) timeOut(ctx context.Context, orderID string) error {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	return u.tx.WithTx(ctx, func(ctx context.Context) error {
		s, err := u.open.LockStale(ctx, orderID, u.cfg.StaleAfter)
		if err != nil {
			return err
		}
		if err := u.sagas.TimeOut(ctx, s); err != nil {
			return err
		}
		logging.From(ctx).Warn("saga timed out", logging.Event("order.saga.timed_out"), zap.String("saga_type", s.Type),
			zap.String("saga_id", s.ID), zap.String("order_id", orderID), zap.String("status", string(s.Status)))
		return nil
	})
}
