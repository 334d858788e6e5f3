package usecase

import (
	"context"
	"encoding/json"
	"errors"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/errs"
)

// CancelOrder gives an order up, in every state before it is shipped, and gives back what was taken for it.
type CancelOrder struct {
	requests *SagaRequests
	sagas    Sagas
	open     OpenSagas
	orders   domain.OrderRepository
	now      clock.Clock
}

// NewCancelOrder returns the use case.
func NewCancelOrder(requests *SagaRequests, sagas Sagas, open OpenSagas, orders domain.OrderRepository, now clock.Clock) *CancelOrder {
	return &CancelOrder{requests: requests, sagas: sagas, open: open, orders: orders, now: now}
}

// Execute returns the order as it was when the cancellation was accepted. An order that was paid is CANCELLED at once, and its money and
// stock follow. While its purchase runs, the order is what it is, and becomes CANCELLED when everything is undone. An order that is cancelled
// already, or whose purchase is being undone, is a success, whatever the reason. The refusals are NotFound, and Precondition after it was
// shipped.
func (u *CancelOrder) Execute(ctx context.Context, in dto.CancelOrder) (dto.OrderAnswer, error) {
	request, err := newChangeRequest("order.cancel", in.Caller, in.ID, in.IdempotencyKey)
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	return u.requests.answer(ctx, request.request, func(ctx context.Context) (json.RawMessage, error) {
		return request.answer(u.cancel(ctx, in.Caller, request.orderID))
	})
}

// cancel locks the saga of the order first: a reply may be about to change both.
func (u *CancelOrder) cancel(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	s, err := u.open.Lock(ctx, id)
	if errors.Is(err, saga.ErrNotFound) {
		return u.cancelPaid(ctx, caller, id)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case !caller.MayAccess(s.Order.BuyerID()):
		return nil, notFound(nil, id)
	case s.Type == saga.ShipOrder:
		return nil, notCancellable(nil, s.Order)
	case s.Type == saga.CreateOrder && s.Status == saga.Running:
		return s.Order, u.sagas.Undo(ctx, s, cancellation(caller, s.Order))
	}
	return s.Order, nil
}

// cancelPaid cancels an order that has no saga in progress.
func (u *CancelOrder) cancelPaid(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	order, err := loadFor(ctx, u.orders, caller, id)
	if err != nil || order.Status() == domain.StatusCancelled {
		return order, err
	}
	if order.Status() != domain.StatusPaid {
		return nil, notCancellable(nil, order)
	}
	why := cancellation(caller, order)
	if err := order.Cancel(why.Code, why.Reason, u.now()); err != nil {
		return nil, notCancellable(err, order)
	}
	return order, u.sagas.Begin(ctx, saga.NewCancellation(order))
}

func cancellation(caller dto.Caller, order *domain.Order) saga.Failure {
	if order.BuyerID() != caller.UserID {
		return saga.Failure{Code: domain.CancelByAdmin, Reason: "cancelled by the shop"}
	}
	return saga.Failure{Code: domain.CancelByBuyer, Reason: "cancelled by the buyer"}
}

func notCancellable(cause error, order *domain.Order) error {
	return errs.Wrap(cause, errs.Precondition, "NOT_CANCELLABLE", "an order that is %s cannot be cancelled", order.Status())
}
