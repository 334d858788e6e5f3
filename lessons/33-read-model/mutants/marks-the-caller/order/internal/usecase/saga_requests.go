package usecase

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

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
	r.written.Mark(ctx, strings.SplitN(in.scope, ":", 2)[1])
	return dto.OrderAnswer{Order: order, Replayed: replayed}, nil
}
