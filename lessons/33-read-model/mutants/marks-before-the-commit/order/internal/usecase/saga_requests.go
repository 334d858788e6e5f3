package usecase

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

func (r *SagaRequests) answer(
	ctx context.Context, in request, accept func(ctx context.Context) (json.RawMessage, error),
) (dto.OrderAnswer, error) {
	var (
		answer   json.RawMessage
		replayed bool
	)
	err := r.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if answer, replayed, err = r.requests.Once(ctx, in.scope, in.key, in.hash, accept); err != nil {
			return err
		}
		var order query.Order
		if idempotency.Decode(answer, &order) == nil {
			r.written.Mark(ctx, order.BuyerID)
		}
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
