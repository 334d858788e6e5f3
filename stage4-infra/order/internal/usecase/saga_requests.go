package usecase

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

// SagaRequests accepts requests that begin or turn a saga, each once, and gives every repetition of a request the same answer: the order
// as it was when the request was accepted. It does not wait for the saga.
type SagaRequests struct {
	tx       Transactor
	requests Requests
	written  Written
}

// NewSagaRequests returns SagaRequests.
func NewSagaRequests(tx Transactor, requests Requests, written Written) *SagaRequests {
	return &SagaRequests{tx: tx, requests: requests, written: written}
}

// request is what makes a request recognizable when it is repeated.
type request struct {
	scope string
	key   string
	hash  []byte
}

// answer returns the answer to the request, as it is stored. accept has its effects, and returns the answer, in the transaction that also
// stores the request: a crash leaves all of it or nothing. After an error of accept the request is not accepted.
func (r *SagaRequests) answer(
	ctx context.Context, in request, accept func(ctx context.Context) (json.RawMessage, error),
) (dto.OrderAnswer, error) {
	var (
		answer   json.RawMessage
		replayed bool
	)
	err := r.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, replayed, err = r.requests.Once(ctx, in.scope, in.key, in.hash, accept)
		return err
	})
	if err != nil {
		return dto.OrderAnswer{}, fmt.Errorf("accept request: %w", err)
	}
	if answer == nil {
		// The version before this one accepted the request and has not finished it.
		return dto.OrderAnswer{}, inProgress(nil)
	}
	var order query.Order
	if err := idempotency.Decode(answer, &order); err != nil {
		return dto.OrderAnswer{Replayed: replayed}, err
	}
	r.written.Mark(ctx, order.BuyerID)
	return dto.OrderAnswer{Order: order, Replayed: replayed}, nil
}

func inProgress(cause error) error {
	return errs.Wrap(cause, errs.Aborted, "IN_PROGRESS", "this is not finished yet, repeat the request with the same key")
}
