package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/logging"
)

func (u *ResumeSaga) Execute(ctx context.Context, id string) error {
	id, err := orderID(id)
	if err != nil {
		return err
	}
	var s *saga.Saga
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if s, err = u.open.Lock(ctx, id); err != nil {
			return errs.Wrap(err, errs.NotFound, "SAGA_NOT_FOUND", "order %s has no saga to resume", id)
		}
		return u.sagas.Resume(ctx, s)
	})
	if err != nil {
		return err
	}
	logging.From(ctx).Info("saga resumed", logging.Event("order.saga.resumed"), zap.String("saga_type", s.Type),
		zap.String("saga_id", s.ID), zap.String("order_id", id), zap.String("step", s.CurrentStep))
	return nil
}
