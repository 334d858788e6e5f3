package usecase

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/logging"
)

// Execute reports after the commit.
func (u *ResumeSaga) Execute(ctx context.Context, id string) error {
	order, err := orderID(id)
	if err != nil {
		return err
	}
	var s *saga.Saga
	err = u.tx.WithTx(ctx, func(ctx context.Context) error {
		if s, err = u.open.Lock(ctx, order); err != nil {
			return err
		}
		return u.sagas.Resume(ctx, s)
	})
	switch {
	case errors.Is(err, saga.ErrNotFound):
		return errs.Wrap(err, errs.NotFound, "SAGA_NOT_FOUND", "order %s has no saga to resume", order)
	case err == nil:
		logging.From(ctx).Info("resumed", logging.Event("order.saga.resumed"), zap.String("order_id", order), zap.String("saga_id", s.ID),
			zap.String("saga_type", s.Type), zap.String("step", s.CurrentStep))
	}
	return err
}
