package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// Execute returns a result for each id, in the order of the ids: an invalid id fails alone.
func (u *BatchGetOrders) Execute(ctx context.Context, caller dto.Caller, ids []string) ([]dto.OrderResult, error) {
	known, err := u.load(ctx, ids)
	if err := checkBatch(ids, maxBatchGet); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("show batch: %w", err)
	}
	results := make([]dto.OrderResult, len(ids))
	for i, asked := range ids {
		results[i].ID = asked
		id, err := orderID(asked)
		if err != nil {
			results[i].Err = errs.From(err)
			continue
		}
		order, exists := known[id]
		if !exists || !caller.MayAccess(order.BuyerID) {
			results[i].Err = errs.From(notFound(nil, id))
			continue
		}
		results[i].Order = order
	}
	return results, nil
}
