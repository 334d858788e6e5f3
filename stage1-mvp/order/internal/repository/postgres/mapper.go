package postgres

import (
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
)

func toInsertOrder(o *domain.Order) gen.InsertOrderParams {
	return gen.InsertOrderParams{
		ID:           o.ID(),
		BuyerID:      o.BuyerID(),
		Status:       int16(o.Status()),
		Currency:     o.Total().Currency(),
		TotalMinor:   o.Total().MinorUnits(),
		CancelCode:   string(o.CancelCode()),
		CancelReason: o.CancelReason(),
		Version:      o.Version(),
		CreatedAt:    o.CreatedAt(),
		UpdatedAt:    o.UpdatedAt(),
	}
}

func toInsertItems(o *domain.Order) gen.InsertOrderItemsParams {
	params := gen.InsertOrderItemsParams{OrderID: o.ID()}
	for _, item := range o.Items() {
		params.Skus = append(params.Skus, item.SKU())
		params.Quantities = append(params.Quantities, item.Quantity())
		params.UnitPricesMinor = append(params.UnitPricesMinor, item.UnitPrice().MinorUnits())
	}
	return params
}

func toUpdateOrder(o *domain.Order) gen.UpdateOrderParams {
	return gen.UpdateOrderParams{
		ID:           o.ID(),
		Status:       int16(o.Status()),
		CancelCode:   string(o.CancelCode()),
		CancelReason: o.CancelReason(),
		UpdatedAt:    o.UpdatedAt(),
		Version:      o.Version(),
	}
}

func toOrders(rows []gen.Order, items []gen.OrderItem) ([]*domain.Order, error) {
	byOrder := make(map[string][]gen.OrderItem, len(rows))
	for _, item := range items {
		byOrder[item.OrderID] = append(byOrder[item.OrderID], item)
	}
	orders := make([]*domain.Order, len(rows))
	for i, row := range rows {
		order, err := toOrder(row, byOrder[row.ID])
		if err != nil {
			return nil, fmt.Errorf("read order %s: %w", row.ID, err)
		}
		orders[i] = order
	}
	return orders, nil
}

func toOrder(row gen.Order, itemRows []gen.OrderItem) (*domain.Order, error) {
	total, err := domain.NewMoney(row.TotalMinor, row.Currency)
	if err != nil {
		return nil, err
	}
	items := make([]domain.Item, len(itemRows))
	for i, item := range itemRows {
		price, err := domain.NewMoney(item.UnitPriceMinor, row.Currency)
		if err != nil {
			return nil, err
		}
		if items[i], err = domain.NewItem(item.Sku, item.Quantity, price); err != nil {
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

func toSaga(row gen.SagaExecution, stepRows []gen.SagaStep) *domain.Saga {
	steps := make([]domain.SagaStep, len(stepRows))
	for i, step := range stepRows {
		steps[i] = domain.SagaStep{
			Name: step.StepName, Status: domain.StepStatus(step.Status), Attempts: int(step.Attempts), Error: step.Error,
		}
	}
	return &domain.Saga{
		ID:          row.ID,
		Type:        row.SagaType,
		OrderID:     row.AggregateID,
		Status:      domain.SagaStatus(row.Status),
		CurrentStep: row.CurrentStep,
		Request:     domain.Request{Scope: row.RequestScope, Key: row.RequestKey},
		Failure:     domain.Failure{Code: domain.CancelCode(row.FailureCode), Reason: row.FailureReason},
		Steps:       steps,
		Version:     row.Version,
	}
}
