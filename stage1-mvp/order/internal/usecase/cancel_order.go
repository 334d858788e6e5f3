package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/logging"
)

// CancellationRunner drives an accepted cancellation to its end.
type CancellationRunner interface {
	Run(ctx context.Context, s *domain.Saga) error
}

// CancelOrder cancels a paid order and gives back what was paid for it.
type CancelOrder struct {
	tx       Transactor
	requests Requests
	orders   domain.OrderRepository
	sagas    domain.SagaRepository
	saga     CancellationRunner
	journal  Journal
	now      clock.Clock
}

// NewCancelOrder returns the use case.
func NewCancelOrder(
	tx Transactor, requests Requests, orders domain.OrderRepository, sagas domain.SagaRepository, saga CancellationRunner, journal Journal,
	now clock.Clock,
) *CancelOrder {
	return &CancelOrder{tx: tx, requests: requests, orders: orders, sagas: sagas, saga: saga, journal: journal, now: now}
}

// Execute returns the cancelled order once money and stock are back. An order that is already cancelled is a success, whoever cancelled it
// and why: the caller has what he wants. The refusals are NotFound, and Precondition while its purchase runs or after it was shipped.
// Aborted with reason IN_PROGRESS means that the cancellation may have been accepted and that its end is not known yet.
//
// Without a key the order's id serves as one, and a refusal is not remembered: the next attempt may find another state.
func (u *CancelOrder) Execute(ctx context.Context, in dto.CancelOrder) (dto.CancelledOrder, error) {
	request, err := newCancelRequest(in)
	if err != nil {
		return dto.CancelledOrder{}, err
	}
	ctx, cancel := withMargin(ctx)
	defer cancel()
	saga, answer, replayed, err := u.accept(ctx, request)
	if err != nil {
		return dto.CancelledOrder{}, fmt.Errorf("accept cancellation: %w", err)
	}
	if saga != nil {
		// Whoever has taken the saga over will store the answer, perhaps in time for us.
		if err := u.saga.Run(ctx, saga); err != nil && !errors.Is(err, domain.ErrSagaLost) {
			return dto.CancelledOrder{}, inProgress(err)
		}
	}
	if answer == nil {
		if answer, err = awaitAnswer(ctx, u.requests, request.Request, request.hash); err != nil {
			return dto.CancelledOrder{}, err
		}
	}
	out := dto.CancelledOrder{Replayed: replayed}
	err = idempotency.Decode(answer, &out.Order)
	return out, err
}

// accept stores the request, the cancelled order and the saga that gives back money and stock, all in one transaction. There is no saga
// when there is nothing to give back, or when the request is a repetition; there is no answer while a saga is running.
func (u *CancelOrder) accept(
	ctx context.Context, request cancelRequest,
) (saga *domain.Saga, answer json.RawMessage, replayed bool, err error) {
	var order *domain.Order
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		saga, order = nil, nil // those of a run that was rolled back
		answer, replayed, err = u.requests.Once(ctx, request.Scope, request.Key, request.hash, func(ctx context.Context) (json.RawMessage, error) {
			order, err = u.giveUp(ctx, request)
			if err != nil {
				return request.refusal(err)
			}
			if len(order.Events()) == 0 { // it was cancelled before
				return idempotency.Encode(dto.FromOrder(order), nil)
			}
			saga = domain.NewSaga(newID(), domain.SagaCancelOrder, order.ID(), request.Request)
			return nil, u.sagas.Create(ctx, saga)
		})
		return err
	})
	if err != nil || saga == nil {
		return nil, answer, replayed, err
	}
	logging.From(ctx).Info("cancellation accepted", logging.Event("order.cancellation.accepted"),
		zap.String("order_id", order.ID()), zap.String("saga_id", saga.ID))
	u.journal.OrderChanged(ctx, order)
	return saga, nil, false, nil
}

// giveUp returns the order, cancelled now or before. Of two callers who cancel it at the same time one finds it changed, and reads it
// again.
func (u *CancelOrder) giveUp(ctx context.Context, request cancelRequest) (*domain.Order, error) {
	order, err := visible(ctx, u.orders, request.caller, request.orderID)
	if err != nil || order.Status() == domain.StatusCancelled {
		return order, err
	}
	code, reason := domain.CancelByBuyer, "cancelled by the buyer"
	if order.BuyerID() != request.caller.UserID {
		code, reason = domain.CancelByAdmin, "cancelled by the shop"
	}
	err = order.CancelPaid(code, reason, u.now())
	switch {
	case errors.Is(err, domain.ErrPurchaseRunning):
		return nil, errs.Wrap(err, errs.Precondition, "PURCHASE_RUNNING", "the purchase is not finished yet, an order can be cancelled once it is paid")
	case err != nil:
		return nil, errs.Wrap(err, errs.Precondition, "NOT_CANCELLABLE", "an order that is %s cannot be cancelled", order.Status())
	}
	return order, u.orders.Update(ctx, order)
}
