package usecase

import (
	"context"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
)

// Answers decides what clients are told once their order has reached its end.
type Answers struct {
	requests Requests
	orders   domain.OrderRepository
}

// NewAnswers returns Answers that stores its answers in requests.
func NewAnswers(requests Requests, orders domain.OrderRepository) *Answers {
	return &Answers{requests: requests, orders: orders}
}

// Settle stores the answer: the order, or the error that says why it was cancelled. Whoever repeats the request gets the same.
func (a *Answers) Settle(ctx context.Context, request domain.Request, order *domain.Order) error {
	// Storing the order has raised its version, which is part of the answer.
	stored, err := a.orders.Get(ctx, order.ID())
	if err != nil {
		return err
	}
	answer, err := idempotency.Encode(answerTo(stored))
	if err != nil {
		return err
	}
	return a.requests.Settle(ctx, request.Scope, request.Key, answer)
}

// SettleCancellation stores the answer to a cancellation: the cancelled order, or that a person has to finish it.
func (a *Answers) SettleCancellation(
	ctx context.Context, request domain.Request, order *domain.Order, failure domain.Failure,
) error {
	var refusal error
	if failure != (domain.Failure{}) {
		refusal = errs.New(errs.Precondition, "CANCELLATION_FAILED",
			"the order is cancelled, but what was paid for it could not be given back yet: the shop has been told")
	}
	answer, err := idempotency.Encode(dto.FromOrder(order), refusal)
	if err != nil {
		return err
	}
	return a.requests.Settle(ctx, request.Scope, request.Key, answer)
}

func answerTo(order *domain.Order) (any, error) {
	if order.Status() != domain.StatusCancelled {
		return dto.FromOrder(order), nil
	}
	code := errs.Precondition
	switch order.CancelCode() {
	case domain.CancelUncertain, domain.CancelInterrupted:
		code = errs.Aborted
	}
	return nil, errs.New(code, string(order.CancelCode()), "the order was cancelled: %s", order.CancelReason())
}
