package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// toChanges returns orders as the sum of their events. A payment is what order itself knows, or what wallet has said, if that is more.
func toChanges(rows []gen.ListOrdersByIDRow, items []gen.OrderItem, payments map[string]query.Payment) []query.OrderChange {
	orders := make([]gen.Order, len(rows))
	for i, row := range rows {
		orders[i] = row.Order
	}
	changes := make([]query.OrderChange, len(rows))
	for i, order := range toQueryOrders(orders, items) {
		changes[i] = query.OrderChange{
			OrderID: order.ID, Version: order.Version, Status: domain.OrderStatus(order.Status), At: order.UpdatedAt,
			CancelCode: order.CancelCode, CancelReason: order.CancelReason,
			Payment: max(query.Payment(rows[i].Payment), payments[order.ID]),
			Created: &query.CreatedOrder{
				BuyerID: order.BuyerID, Currency: order.Currency, TotalMinor: order.TotalMinor, Items: order.Items, At: order.CreatedAt,
			},
		}
	}
	return changes
}

func toListedOrders(rows []gen.OrderListView) ([]query.Order, error) {
	orders := make([]query.Order, len(rows))
	for i, row := range rows {
		orders[i] = query.Order{
			ID:           row.OrderID,
			BuyerID:      row.BuyerID.String(),
			Status:       int(row.Status),
			TotalMinor:   row.TotalMinor.Int64,
			Currency:     row.Currency.String,
			CancelCode:   row.CancelCode,
			CancelReason: row.CancelReason,
			Payment:      query.Payment(row.Payment),
			Version:      row.Version,
			CreatedAt:    row.CreatedAt.Time.UTC(),
			UpdatedAt:    row.UpdatedAt.Time.UTC(),
		}
		if err := json.Unmarshal(row.Items, &orders[i].Items); err != nil {
			return nil, fmt.Errorf("read items of order %s: %w", row.OrderID, err)
		}
	}
	return orders, nil
}

// payments returns what wallet has said about the orders.
func payments(ctx context.Context, queries *gen.Queries, db postgres.DBTX, ids []string) (map[string]query.Payment, error) {
	rows, err := queries.ListPayments(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("list payments: %w", err)
	}
	payments := make(map[string]query.Payment, len(rows))
	for _, row := range rows {
		payments[row.OrderID] = query.Payment(row.Payment)
	}
	return payments, nil
}

// addNames gives all items the names of their products, with one query. A product without a known name gets none.
func addNames(ctx context.Context, queries *gen.Queries, db postgres.DBTX, orders []query.Order) error {
	var skus []string
	for _, order := range orders {
		for _, item := range order.Items {
			skus = append(skus, item.SKU)
		}
	}
	rows, err := queries.ListProductNames(ctx, db, skus)
	if err != nil {
		return fmt.Errorf("list product names: %w", err)
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row.Sku] = row.Name
	}
	for _, order := range orders {
		for i := range order.Items {
			order.Items[i].Name = names[order.Items[i].SKU]
		}
	}
	return nil
}
