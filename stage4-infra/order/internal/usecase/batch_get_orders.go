package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

const maxBatchGet = 100

// BatchGetOrders shows several orders at once.
type BatchGetOrders struct{ orders query.QueryService }

// NewBatchGetOrders returns the use case.
func NewBatchGetOrders(orders query.QueryService) *BatchGetOrders {
	return &BatchGetOrders{orders: orders}
}

// Execute returns a result for each id, in the order of the ids: an invalid id fails alone.
func (u *BatchGetOrders) Execute(ctx context.Context, caller dto.Caller, ids []string) ([]dto.OrderResult, error) {
	if err := checkBatch(ids, maxBatchGet); err != nil {
		return nil, err
	}
	known, err := u.load(ctx, ids)
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

// load returns the orders by id, all with one call.
func (u *BatchGetOrders) load(ctx context.Context, asked []string) (map[string]query.Order, error) {
	var ids []string
	for _, one := range asked {
		if id, err := orderID(one); err == nil {
			ids = append(ids, id)
		}
	}
	orders, err := u.orders.Orders(ctx, ids...)
	if err != nil {
		return nil, err
	}
	known := make(map[string]query.Order, len(orders))
	for _, order := range orders {
		known[order.ID] = order
	}
	return known, nil
}
