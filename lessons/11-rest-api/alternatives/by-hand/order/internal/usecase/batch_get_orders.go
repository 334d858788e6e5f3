package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// Execute fills the places of each order when its row comes.
func (u *BatchGetOrders) Execute(ctx context.Context, caller dto.Caller, ids []string) ([]dto.OrderResult, error) {
	if err := checkBatch(ids, maxBatchGet); err != nil {
		return nil, err
	}
	results := make([]dto.OrderResult, len(ids))
	places := make(map[string][]int)
	var asked []string
	for i, text := range ids {
		id, err := orderID(text)
		if err != nil {
			results[i] = dto.OrderResult{ID: text, Err: errs.From(err)}
			continue
		}
		results[i] = dto.OrderResult{ID: text, Err: errs.From(notFound(nil, id))}
		if places[id] == nil {
			asked = append(asked, id)
		}
		places[id] = append(places[id], i)
	}
	if len(asked) == 0 {
		return results, nil
	}
	rows, err := u.orders.Orders(ctx, asked...)
	if err != nil {
		return nil, fmt.Errorf("read %d orders: %w", len(asked), err)
	}
	for _, row := range rows {
		if !caller.MayAccess(row.BuyerID) {
			continue
		}
		for _, i := range places[row.ID] {
			results[i].Order, results[i].Err = row, nil
		}
	}
	return results, nil
}

//stagecraft:drop
func (u *BatchGetOrders) load() {}
