package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/service/saga"
)

func (u *ApplyReply) Execute(ctx context.Context, reply saga.Reply) error {
	return u.tx.WithTx(ctx, func(ctx context.Context) error {
		s, err := u.open.Lock(ctx, reply.PurchaseID)
		if err != nil {
			return fmt.Errorf("lock saga of order %s: %w", reply.PurchaseID, err)
		}
		applied, err := u.sagas.Apply(ctx, s, reply)
		if err == nil && !applied {
			ignored(ctx, reply)
		}
		return err
	})
}
