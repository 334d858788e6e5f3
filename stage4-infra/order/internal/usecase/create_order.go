package usecase

import (
	"context"
	"encoding/json"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/logging"
)

// priceChanged is the reason of the refusal of a purchase whose total is not what the buyer expects.
const priceChanged = "PRICE_CHANGED"

// CreateOrder sells at the prices of the catalogue.
type CreateOrder struct {
	requests  *SagaRequests
	sagas     Sagas
	catalogue CachedCatalogue
	now       clock.Clock
}

// NewCreateOrder returns the use case.
func NewCreateOrder(requests *SagaRequests, sagas Sagas, catalogue CachedCatalogue, now clock.Clock) *CreateOrder {
	return &CreateOrder{requests: requests, sagas: sagas, catalogue: catalogue, now: now}
}

// Execute returns the order as it was accepted, which is PENDING: its saga makes it PAID or CANCELLED. Precondition with reason PRICE_CHANGED
// means that the total is not the expected one and that no order was made.
func (u *CreateOrder) Execute(ctx context.Context, in dto.CreateOrder) (dto.OrderAnswer, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return dto.OrderAnswer{}, err
	}
	if len(in.Items) == 0 || len(in.Items) > domain.MaxItems {
		return dto.OrderAnswer{}, errs.New(errs.InvalidInput, "INVALID_ORDER", "an order has 1 to %d items", domain.MaxItems)
	}
	// A field added later must be left out when it is empty, or a repetition across the deployment would look like another request.
	hash, err := idempotency.Hash(struct {
		Items         []dto.NewItem
		ExpectedTotal *dto.Money `json:",omitempty"`
	}{in.Items, in.ExpectedTotal})
	if err != nil {
		return dto.OrderAnswer{}, err
	}
	request := request{scope: idempotency.Scope("order.create", in.BuyerID), key: in.IdempotencyKey, hash: hash}
	// A repetition gets the stored answer even if the catalogue has changed since, or cannot be reached.
	order, refusal := u.newOrder(ctx, in)
	return u.requests.answer(ctx, request, func(ctx context.Context) (json.RawMessage, error) {
		if refusal != nil {
			return nil, refusal
		}
		if err := u.sagas.Begin(ctx, saga.NewPurchase(order)); err != nil {
			return nil, err
		}
		return idempotency.Encode(query.FromOrder(order), nil)
	})
}

// newOrder returns the order at the prices of the catalogue, which it keeps from then on. A buyer whose total is another one may have seen
// a price that is newer than the copy of it here, so the copies are read again before the purchase is refused.
func (u *CreateOrder) newOrder(ctx context.Context, in dto.CreateOrder) (*domain.Order, error) {
	skus := make([]string, len(in.Items))
	for i, item := range in.Items {
		skus[i] = item.SKU
	}
	order, err := u.atPrices(ctx, in, skus)
	if err == nil || errs.From(err).Reason != priceChanged {
		return order, err
	}
	if err := u.catalogue.Forget(ctx, skus...); err != nil {
		logging.From(ctx).Warn("prices not read again", logging.Event("order.catalogue.forget_failed"), logging.Error(err))
	}
	return u.atPrices(ctx, in, skus)
}

func (u *CreateOrder) atPrices(ctx context.Context, in dto.CreateOrder, skus []string) (*domain.Order, error) {
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
	total := dto.Money{MinorUnits: order.Total().MinorUnits(), Currency: order.Total().Currency()}
	if in.ExpectedTotal != nil && *in.ExpectedTotal != total {
		return nil, errs.New(errs.Precondition, priceChanged, "the total is %s now", order.Total())
	}
	return order, nil
}
