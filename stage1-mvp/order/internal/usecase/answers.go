package usecase

import (
	"encoding/json"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

// Answers makes the answers to requests whose saga is settled. They are final: none of them asks for a repetition.
type Answers struct{}

// NewAnswers returns Answers.
func NewAnswers() Answers { return Answers{} }

// Purchase returns the order, or the error that says why it was cancelled.
func (Answers) Purchase(order *domain.Order) (json.RawMessage, error) {
	if order.Status() != domain.StatusCancelled {
		return idempotency.Encode(query.FromOrder(order), nil)
	}
	return idempotency.Encode(nil,
		errs.New(errs.Precondition, string(order.CancelCode()), "the order was cancelled: %s", order.CancelReason()))
}

// Forward returns the order, or the error that says that an operator must finish what the request began.
func (Answers) Forward(order *domain.Order, failure saga.Failure) (json.RawMessage, error) {
	if failure == (saga.Failure{}) {
		return idempotency.Encode(query.FromOrder(order), nil)
	}
	if order.Status() == domain.StatusShipped {
		return idempotency.Encode(nil, errs.New(errs.Precondition, "SHIPMENT_FAILED",
			"the order is shipped, but its stock could not be booked out yet: the shop has been notified"))
	}
	return idempotency.Encode(nil, errs.New(errs.Precondition, "CANCELLATION_FAILED",
		"the order is cancelled, but what was paid for it could not be given back yet: the shop has been notified"))
}
