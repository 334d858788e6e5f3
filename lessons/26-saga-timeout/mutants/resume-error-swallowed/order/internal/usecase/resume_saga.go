package usecase

import (
	"context"
	"errors"

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
	return u.tx.WithTx(ctx, func(ctx context.Context) error {
		s, err := u.open.Lock(ctx, id)
		if errors.Is(err, saga.ErrNotFound) {
			return errs.Wrap(err, errs.NotFound, "SAGA_NOT_FOUND", "order %s has no saga to resume", id)
		}
		if err != nil {
			return err
		}
		if err := u.sagas.Resume(ctx, s); err != nil {
			logging.From(ctx).Warn("saga not resumed", zap.String("order_id", id), logging.Error(err))
			return nil
		}
		logging.From(ctx).Info("saga resumed", logging.Event("order.saga.resumed"), zap.String("saga_type", s.Type),
			zap.String("saga_id", s.ID), zap.String("order_id", id), zap.String("step", s.CurrentStep))
		return nil
	})
}
