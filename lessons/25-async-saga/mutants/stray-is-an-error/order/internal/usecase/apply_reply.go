package usecase

import (
	"context"
	"errors"
	"fmt"

	"shop/order/internal/service/saga"
)

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
		if err == nil && !applied {
			return fmt.Errorf("saga %s does not wait for %s", s.ID, reply.Call.Step)
		}
		return err
	})
}
