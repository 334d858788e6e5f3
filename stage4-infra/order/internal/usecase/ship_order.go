package usecase

import (
	"context"
	"encoding/json"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/errs"
)

// ShipOrder hands a paid order over to the carrier.
type ShipOrder struct {
	requests *SagaRequests
	sagas    Sagas
	orders   domain.OrderRepository
	now      clock.Clock
}

// NewShipOrder returns the use case.
func NewShipOrder(requests *SagaRequests, sagas Sagas, orders domain.OrderRepository, now clock.Clock) *ShipOrder {
	return &ShipOrder{requests: requests, sagas: sagas, orders: orders, now: now}
}

// Execute returns the shipped order. The order is SHIPPED as soon as the request is accepted, so that it cannot be cancelled while its
// stock leaves. An order that was shipped before is a success. The refusals are NotFound, and Precondition for an order that is not paid.
// Only callers who may ship any order get here.
func (u *ShipOrder) Execute(ctx context.Context, caller dto.Caller, id string) (dto.OrderAnswer, error) {
	request, err := newChangeRequest("order.ship", caller, id, "")
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	return u.requests.answer(ctx, request.request, func(ctx context.Context) (json.RawMessage, error) {
		return request.answer(u.shipped(ctx, request.orderID))
	})
}

// shipped returns the order, shipped now or before.
func (u *ShipOrder) shipped(ctx context.Context, id string) (*domain.Order, error) {
	order, err := loadFor(ctx, u.orders, dto.Caller{Admin: true}, id)
	if err != nil || order.Status() == domain.StatusShipped {
		return order, err
	}
	if err := order.Ship(u.now()); err != nil {
		return nil, errs.Wrap(err, errs.Precondition, "NOT_SHIPPABLE", "an order that is %s cannot be shipped", order.Status())
	}
	return order, u.sagas.Begin(ctx, saga.NewShipment(order))
}
