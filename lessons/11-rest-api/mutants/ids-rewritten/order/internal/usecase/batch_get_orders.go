package usecase

import (
	"context"

	"shop/order/internal/query"
)

// load returns the orders by id, all with one call.
func (u *BatchGetOrders) load(ctx context.Context, asked []string) (map[string]query.Order, error) {
	var ids []string
	for i, one := range asked {
		if id, err := orderID(one); err == nil {
			asked[i] = id
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
