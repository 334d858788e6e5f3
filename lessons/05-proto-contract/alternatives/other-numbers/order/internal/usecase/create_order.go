package usecase

import (
	"context"
	"encoding/json"
	"fmt"

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
	hash, err := idempotency.Hash(contentOf(in))
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

func (u *CreateOrder) newOrder(ctx context.Context, in dto.CreateOrder) (*domain.Order, error) {
	skus := make([]string, len(in.Items))
	for i, item := range in.Items {
		skus[i] = item.SKU
	}
	products, err := u.catalogue.Products(ctx, skus)
	if err != nil {
		return nil, err
	}
	items := make([]domain.Item, len(in.Items))
	for i, item := range in.Items {
		if items[i], err = domain.NewItem(item.SKU, item.Quantity, products[i].UnitPrice); err != nil {
			return nil, public(err)
		}
	}
	order, err := domain.NewOrder(newID(), in.BuyerID, items, u.now())
	if err != nil {
		return nil, public(err)
	}
	if !expects(in.ExpectedTotal, order.Total()) {
		return nil, errs.New(errs.Precondition, "PRICE_CHANGED", "the total is %s now", order.Total())
	}
	return order, nil
}

//stagecraft:add
func expects(expected *dto.Money, total domain.Money) bool {
	if expected == nil {
		return true
	}
	return expected.MinorUnits == total.MinorUnits() && expected.Currency == total.Currency()
}

// contentOf returns what makes two requests the same. Without an expected total it is what the first release has stored.
//
//stagecraft:add
func contentOf(in dto.CreateOrder) map[string]any {
	content := map[string]any{"Items": in.Items}
	if in.ExpectedTotal != nil {
		content["Total"] = fmt.Sprintf("%d %q", in.ExpectedTotal.MinorUnits, in.ExpectedTotal.Currency)
	}
	return content
}
