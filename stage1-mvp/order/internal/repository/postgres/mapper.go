package postgres

import (
	"encoding/json"
	"fmt"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/order/internal/service/saga"
)

func toInsertItems(o *domain.Order) gen.InsertOrderItemsParams {
	params := gen.InsertOrderItemsParams{OrderID: o.ID()}
	for _, item := range o.Items() {
		params.Skus = append(params.Skus, item.SKU())
		params.Quantities = append(params.Quantities, item.Quantity())
		params.UnitPricesMinor = append(params.UnitPricesMinor, item.UnitPrice().MinorUnits())
	}
	return params
}

// toOrder returns the order that is in all of the rows, one for each item.
func toOrder(rows []gen.GetOrderWithItemsRow) (*domain.Order, error) {
	row := rows[0].Order
	total, err := domain.NewMoney(row.TotalMinor, row.Currency)
	if err != nil {
		return nil, err
	}
	items := make([]domain.Item, len(rows))
	for i, row := range rows {
		price, err := domain.NewMoney(row.OrderItem.UnitPriceMinor, row.Order.Currency)
		if err != nil {
			return nil, err
		}
		if items[i], err = domain.NewItem(row.OrderItem.Sku, row.OrderItem.Quantity, price); err != nil {
			return nil, err
		}
	}
	return domain.RestoreOrder(domain.Snapshot{
		ID:           row.ID,
		BuyerID:      row.BuyerID,
		Status:       domain.OrderStatus(row.Status),
		Items:        items,
		Total:        total,
		CancelCode:   domain.CancelCode(row.CancelCode),
		CancelReason: row.CancelReason,
		Version:      row.Version,
		CreatedAt:    row.CreatedAt.UTC(),
		UpdatedAt:    row.UpdatedAt.UTC(),
	}), nil
}

func toQueryOrders(rows []gen.Order, items []gen.OrderItem) []query.Order {
	byOrder := make(map[string][]query.Item, len(rows))
	for _, item := range items {
		byOrder[item.OrderID] = append(byOrder[item.OrderID], query.Item{SKU: item.Sku, Quantity: item.Quantity, UnitPrice: item.UnitPriceMinor})
	}
	orders := make([]query.Order, len(rows))
	for i, row := range rows {
		orders[i] = query.Order{
			ID:           row.ID,
			BuyerID:      row.BuyerID,
			Status:       int(row.Status),
			Items:        byOrder[row.ID],
			TotalMinor:   row.TotalMinor,
			Currency:     row.Currency,
			CancelCode:   row.CancelCode,
			CancelReason: row.CancelReason,
			Version:      row.Version,
			CreatedAt:    row.CreatedAt.UTC(),
			UpdatedAt:    row.UpdatedAt.UTC(),
		}
	}
	return orders
}

func toSaga(row gen.SagaExecution, order *domain.Order) (*saga.Saga, error) {
	var steps []saga.StepState
	if err := json.Unmarshal(row.Steps, &steps); err != nil {
		return nil, fmt.Errorf("decode steps of saga %s: %w", row.ID, err)
	}
	return &saga.Saga{
		ID:          row.ID,
		Type:        row.SagaType,
		Order:       order,
		Status:      saga.Status(row.Status),
		CurrentStep: row.CurrentStep,
		Request:     saga.Request{Scope: row.RequestScope, Key: row.RequestKey},
		Failure:     saga.Failure{Code: domain.CancelCode(row.FailureCode), Reason: row.FailureReason},
		Steps:       steps,
		Version:     row.Version,
	}, nil
}
