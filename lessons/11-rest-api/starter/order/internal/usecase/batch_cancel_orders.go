package usecase

import (
	"context"

	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// Execute returns a result for each id, in the order of the ids. A repetition of the batch with the same key gets the same
// results, and orders that were Aborted for lack of time go on.
func (u *BatchCancelOrders) Execute(ctx context.Context, in dto.BatchCancel) ([]dto.OrderResult, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return nil, err
	}
	// TODO: what becomes of the other orders when one is refused, when one panics, and when the time is over?
	var results []dto.OrderResult
	for _, id := range in.IDs {
		done, err := u.cancel.Execute(ctx, dto.CancelOrder{Caller: in.Caller, ID: id, IdempotencyKey: itemKey(in.IdempotencyKey, id)})
		if err != nil {
			return nil, err
		}
		results = append(results, dto.OrderResult{ID: id, Order: done.Order})
	}
	return results, nil
}

//stagecraft:drop
func (u *BatchCancelOrders) one() {}
