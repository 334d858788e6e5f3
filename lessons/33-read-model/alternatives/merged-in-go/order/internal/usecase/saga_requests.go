package usecase

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// answer marks on its way out.
func (r *SagaRequests) answer(
	ctx context.Context, in request, accept func(ctx context.Context) (json.RawMessage, error),
) (out dto.OrderAnswer, err error) {
	defer func() {
		if err == nil {
			r.written.Mark(ctx, out.Order.BuyerID)
		}
	}()
	var (
		answer   json.RawMessage
		replayed bool
	)
	if err := r.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, replayed, err = r.requests.Once(ctx, in.scope, in.key, in.hash, accept)
		return err
	}); err != nil {
		return dto.OrderAnswer{}, fmt.Errorf("accept request: %w", err)
	}
	if answer == nil {
		return dto.OrderAnswer{}, inProgress(nil)
	}
	var order query.Order
	if err := idempotency.Decode(answer, &order); err != nil {
		return dto.OrderAnswer{Replayed: replayed}, err
	}
	return dto.OrderAnswer{Order: order, Replayed: replayed}, nil
}
