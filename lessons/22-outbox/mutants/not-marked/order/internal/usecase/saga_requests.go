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
	var (
		answer   json.RawMessage
		replayed bool
	)
	var order query.Order
	err := r.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if answer, replayed, err = r.requests.Once(ctx, in.scope, in.key, in.hash, accept); err != nil || answer == nil {
			return err
		}
		if err := idempotency.Decode(answer, &order); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return dto.OrderAnswer{}, fmt.Errorf("accept request: %w", err)
	}
	if answer == nil {
		// The version before this one accepted the request and has not finished it.
		return dto.OrderAnswer{}, inProgress(nil)
	}
	return dto.OrderAnswer{Order: order, Replayed: replayed}, nil
}
