package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
)

func (u *TimeOutSagas) timeOut(ctx context.Context, orderID string) error {
	var s *saga.Saga
	err := u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
		defer cancel()
		if s, err = u.open.LockStale(ctx, orderID, u.cfg.StaleAfter); err != nil {
			return err
		}
		return u.sagas.TimeOut(ctx, s)
	})
	if err == nil {
		logging.From(ctx).Warn("saga timed out", logging.Event("order.saga.timed_out"), zap.String("saga_type", s.Type),
			zap.String("saga_id", s.ID), zap.String("order_id", orderID), zap.String("status", string(s.Status)))
	}
	return err
}
