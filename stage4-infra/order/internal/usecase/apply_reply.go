package usecase

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
)

// ApplyReply moves a saga by the reply of another service.
type ApplyReply struct {
	tx    Transactor
	sagas Sagas
	open  OpenSagas
}

// NewApplyReply returns the use case.
func NewApplyReply(tx Transactor, sagas Sagas, open OpenSagas) *ApplyReply {
	return &ApplyReply{tx: tx, sagas: sagas, open: open}
}

// Execute applies the reply and sends the next command in one transaction. A reply that no saga waits for is no error: it is a duplicate,
// or late.
func (u *ApplyReply) Execute(ctx context.Context, reply saga.Reply) error {
	return u.tx.WithTx(ctx, func(ctx context.Context) error {
		s, err := u.open.Lock(ctx, reply.PurchaseID)
		if errors.Is(err, saga.ErrNotFound) {
			ignored(ctx, reply)
			return nil
		}
		if err != nil {
			return err
		}
		applied, err := u.sagas.Apply(ctx, s, reply)
		if err != nil {
			return fmt.Errorf("apply reply to saga %s: %w", s.ID, err)
		}
		if !applied {
			ignored(ctx, reply)
		}
		return nil
	})
}

func ignored(ctx context.Context, reply saga.Reply) {
	logging.From(ctx).Info("no saga waits for this reply", logging.Event("order.saga.reply_ignored"),
		zap.String("order_id", reply.PurchaseID), zap.String("step", reply.Call.Step), zap.Bool("compensate", reply.Call.Compensate))
}
