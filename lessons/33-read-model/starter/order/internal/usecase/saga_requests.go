package usecase

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// answer returns the answer to the request, as it is stored. accept has its effects, and returns the answer, in the transaction that also
// stores the request: a crash leaves all of it or nothing. After an error of accept the request is not accepted.
func (r *SagaRequests) answer(
	ctx context.Context, in request, accept func(ctx context.Context) (json.RawMessage, error),
) (dto.OrderAnswer, error) {
	// TODO: buyers see in their lists what they have written.
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
	return dto.OrderAnswer{Order: order, Replayed: replayed}, nil
}
