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
	steps, err := toSteps(row)
	if err != nil {
		return nil, err
	}
	return &saga.Saga{
		ID:          row.ID,
		Type:        row.SagaType,
		Order:       order,
		Status:      saga.Status(row.Status),
		CurrentStep: row.CurrentStep,
		Failure:     saga.Failure{Code: domain.CancelCode(row.FailureCode), Reason: row.FailureReason},
		Steps:       steps,
		Version:     row.Version,
		StartedAt:   row.CreatedAt.UTC(),
	}, nil
}

func toOpen(row gen.SagaExecution) (saga.Open, error) {
	steps, err := toSteps(row)
	if err != nil {
		return saga.Open{}, err
	}
	open := saga.Open{
		Type:        row.SagaType,
		OrderID:     row.AggregateID,
		Status:      saga.Status(row.Status),
		CurrentStep: row.CurrentStep,
		Failure:     row.FailureReason,
		StartedAt:   row.CreatedAt.UTC(),
		UpdatedAt:   row.UpdatedAt.UTC(),
	}
	for _, step := range steps {
		if step.Name == row.CurrentStep {
			open.Error = step.Error
		}
	}
	return open, nil
}

func toSteps(row gen.SagaExecution) (steps []saga.StepState, err error) {
	if err := json.Unmarshal(row.Steps, &steps); err != nil {
		return nil, fmt.Errorf("decode steps of saga %s: %w", row.ID, err)
	}
	return steps, nil
}
