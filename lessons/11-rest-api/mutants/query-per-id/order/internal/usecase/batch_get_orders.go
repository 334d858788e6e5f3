package usecase

import (
	"context"

	"shop/order/internal/query"
)

// load returns the orders by id, all with one call.
func (u *BatchGetOrders) load(ctx context.Context, asked []string) (map[string]query.Order, error) {
	var ids []string
	for _, one := range asked {
		if id, err := orderID(one); err == nil {
			ids = append(ids, id)
		}
	}
	var orders []query.Order
	for _, id := range ids {
		found, err := u.orders.Orders(ctx, id)
		if err != nil {
			return nil, err
		}
		orders = append(orders, found...)
	}
	known := make(map[string]query.Order, len(orders))
	for _, order := range orders {
		known[order.ID] = order
	}
	return known, nil
}
