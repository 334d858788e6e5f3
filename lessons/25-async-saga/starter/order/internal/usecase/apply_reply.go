package usecase

import (
	"context"

	"shop/order/internal/service/saga"
)

// Execute applies the reply and sends the next command in one transaction. A reply that no saga waits for is no error: it is a duplicate,
// or late.
func (u *ApplyReply) Execute(ctx context.Context, reply saga.Reply) error {
	// TODO: lock the saga of the reply and let u.sagas move it, in one transaction.
	ignored(ctx, reply)
	return nil
}
