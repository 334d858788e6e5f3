package usecase

import (
	"context"
	"errors"

	"shop/order/internal/service/saga"
)

// Execute logs a stray reply after the transaction.
func (u *ApplyReply) Execute(ctx context.Context, reply saga.Reply) error {
	applied := false
	err := u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		applied, err = u.move(ctx, reply)
		return err
	})
	if err == nil && !applied {
		ignored(ctx, reply)
	}
	return err
}

//stagecraft:add
func (u *ApplyReply) move(ctx context.Context, reply saga.Reply) (bool, error) {
	switch s, err := u.open.Lock(ctx, reply.PurchaseID); {
	case err == nil:
		return u.sagas.Apply(ctx, s, reply)
	case errors.Is(err, saga.ErrNotFound):
		return false, nil
	default:
		return false, err
	}
}
