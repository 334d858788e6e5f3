package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/usecase/dto"
)

// Execute returns a result for each id, in the order of the ids: an invalid id fails alone.
func (u *BatchGetOrders) Execute(ctx context.Context, caller dto.Caller, ids []string) ([]dto.OrderResult, error) {
	// TODO: what becomes of the other orders when one is not found? How many queries does a batch need?
	var results []dto.OrderResult
	for _, asked := range ids {
		id, err := orderID(asked)
		if err != nil {
			return nil, err
		}
		found, err := u.orders.Orders(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("show batch: %w", err)
		}
		if len(found) == 0 || !caller.MayAccess(found[0].BuyerID) {
			return nil, notFound(nil, id)
		}
		results = append(results, dto.OrderResult{ID: id, Order: found[0]})
	}
	return results, nil
}

//stagecraft:drop
func (u *BatchGetOrders) load() {}
