package usecase

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/logging"
)

// ResumeSaga lets an operator continue a saga that has failed, or that waits for a reply that is lost.
type ResumeSaga struct {
	tx    Transactor
	sagas Sagas
	open  OpenSagas
}

// NewResumeSaga returns the use case.
func NewResumeSaga(tx Transactor, sagas Sagas, open OpenSagas) *ResumeSaga {
	return &ResumeSaga{tx: tx, sagas: sagas, open: open}
}

// Execute sends the last command of the order's open saga again. It is NotFound when the order has none.
func (u *ResumeSaga) Execute(ctx context.Context, id string) error {
	id, err := orderID(id)
	if err != nil {
		return err
	}
	var s *saga.Saga
	err = u.tx.WithTx(ctx, func(ctx context.Context) error {
		s, err = u.open.Lock(ctx, id)
		if errors.Is(err, saga.ErrNotFound) {
			return errs.Wrap(err, errs.NotFound, "SAGA_NOT_FOUND", "order %s has no saga to resume", id)
		}
		if err != nil {
			return err
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
