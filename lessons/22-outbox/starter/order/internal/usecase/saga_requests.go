package usecase

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// answer returns the answer to the request, as it is stored. accept has its effects and returns the answer. After an error of accept the
// request is not accepted.
func (r *SagaRequests) answer(
	ctx context.Context, in request, accept func(ctx context.Context) (json.RawMessage, error),
) (dto.OrderAnswer, error) {
	// TODO: each statement commits by itself. What is left after a crash between any two of them?
	answer, replayed, err := r.requests.Once(ctx, in.scope, in.key, in.hash, accept)
	if err != nil {
		return dto.OrderAnswer{}, fmt.Errorf("accept request: %w", err)
	}
	var order query.Order
	if err := idempotency.Decode(answer, &order); err != nil {
		return dto.OrderAnswer{Replayed: replayed}, err
	}
	r.written.Mark(ctx, order.BuyerID)
	return dto.OrderAnswer{Order: order, Replayed: replayed}, nil
}
