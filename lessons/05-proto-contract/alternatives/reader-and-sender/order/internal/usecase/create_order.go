package usecase

import (
	"context"
	"encoding/json"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

// Execute returns the paid order, or the error that says why there is none. Precondition with reason PRICE_CHANGED means that the total
// is not the expected one and that no order was made. Aborted with reason IN_PROGRESS means that there is no answer yet.
func (u *CreateOrder) Execute(ctx context.Context, in dto.CreateOrder) (dto.OrderAnswer, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return dto.OrderAnswer{}, err
	}
	if len(in.Items) == 0 || len(in.Items) > domain.MaxItems {
		return dto.OrderAnswer{}, errs.New(errs.InvalidInput, "INVALID_ORDER", "an order has 1 to %d items", domain.MaxItems)
	}
	// A field added later must be left out when it is empty, or a repetition across the deployment would look like another request.
	var content any = struct{ Items []dto.NewItem }{in.Items}
	if in.ExpectedTotal != nil {
		content = struct {
			Version int
			Items   []dto.NewItem
			Total   dto.Money
		}{2, in.Items, *in.ExpectedTotal}
	}
	hash, err := idempotency.Hash(content)
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	request := saga.Request{Scope: idempotency.Scope("order.create", in.BuyerID), Key: in.IdempotencyKey}
	// A repetition gets the stored answer even if the catalogue has changed since, or cannot be reached.
	order, refusal := u.newOrder(ctx, in)
	answer, replayed, err := u.requests.answer(ctx, request, hash, func(context.Context) (*saga.Saga, json.RawMessage, error) {
		if refusal != nil {
			return nil, nil, refusal
		}
		return saga.NewPurchase(order, request), nil, nil
	})
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	return decodeAnswer(answer, replayed)
}
