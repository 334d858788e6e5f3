package usecase

import (
	"context"
	"encoding/json"

	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// answer decodes inside of the transaction.
func (r *SagaRequests) answer(
	ctx context.Context, in request, accept func(ctx context.Context) (json.RawMessage, error),
) (out dto.OrderAnswer, err error) {
	err = r.tx.WithTx(ctx, func(inTx context.Context) error {
		out = dto.OrderAnswer{}
		raw, replayed, err := r.requests.Once(inTx, in.scope, in.key, in.hash, accept)
		switch {
		case err != nil:
			return err
		case raw == nil:
			return inProgress(nil)
		}
		out.Replayed = replayed
		return idempotency.Decode(raw, &out.Order)
	})
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	r.written.Mark(ctx, out.Order.BuyerID)
	return out, nil
}
