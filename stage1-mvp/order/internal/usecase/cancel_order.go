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

// CancelOrder cancels a paid order and gives back what was paid for it.
type CancelOrder struct {
	requests *SagaRequests
	orders   domain.OrderRepository
	now      clock.Clock
}

// NewCancelOrder returns the use case.
func NewCancelOrder(requests *SagaRequests, orders domain.OrderRepository, now clock.Clock) *CancelOrder {
	return &CancelOrder{requests: requests, orders: orders, now: now}
}

// Execute returns the cancelled order once money and stock are back. An order that is already cancelled is a success, whatever the reason.
// The refusals are NotFound, and Precondition while its purchase runs or after it was shipped. Aborted with reason IN_PROGRESS means that
// the cancellation may have been accepted and that its end is not known yet.
func (u *CancelOrder) Execute(ctx context.Context, in dto.CancelOrder) (dto.OrderAnswer, error) {
	request, err := newChangeRequest("order.cancel", in.Caller, in.ID, in.IdempotencyKey)
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	answer, replayed, err := u.requests.answer(ctx, request.Request, request.hash, func(ctx context.Context) (*saga.Saga, json.RawMessage, error) {
		order, err := u.cancelled(ctx, in.Caller, request.orderID)
		return request.begin(order, err, saga.NewCancellation)
	})
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	return decodeAnswer(answer, replayed)
}

// cancelled returns the order, cancelled now or before. Only its own saga may cancel an order while the purchase runs.
func (u *CancelOrder) cancelled(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	order, err := loadFor(ctx, u.orders, caller, id)
	if err != nil || order.Status() == domain.StatusCancelled {
		return order, err
	}
	if order.Status() == domain.StatusPending || order.Status() == domain.StatusConfirmed {
		return nil, errs.New(errs.Precondition, "PURCHASE_RUNNING", "the purchase is not finished yet, an order can be cancelled once it is paid")
	}
	code, reason := domain.CancelByBuyer, "cancelled by the buyer"
	if order.BuyerID() != caller.UserID {
		code, reason = domain.CancelByAdmin, "cancelled by the shop"
	}
	if err := order.Cancel(code, reason, u.now()); err != nil {
		return nil, errs.Wrap(err, errs.Precondition, "NOT_CANCELLABLE", "an order that is %s cannot be cancelled", order.Status())
	}
	return order, nil
}
