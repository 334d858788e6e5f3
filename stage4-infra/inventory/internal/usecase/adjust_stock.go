package usecase

import (
	"context"
	"encoding/json"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/idempotency"
)

// AdjustStock changes what is available by a difference, so that two concurrent changes both count.
type AdjustStock struct {
	tx       Transactor
	requests Requests
	products domain.ProductRepository
	stocks   domain.StockRepository
	now      clock.Clock
}

// NewAdjustStock returns the use case.
func NewAdjustStock(
	tx Transactor, requests Requests, products domain.ProductRepository, stocks domain.StockRepository, now clock.Clock,
) *AdjustStock {
	return &AdjustStock{tx: tx, requests: requests, products: products, stocks: stocks, now: now}
}

// Execute returns the stock as it was right after the change, also when the request is a repetition. The same key with another change
// is a Conflict, a SKU without a product NotFound.
func (u *AdjustStock) Execute(ctx context.Context, in dto.AdjustStock) (out dto.Adjusted, err error) {
	sku, err := u.check(in)
	if err != nil {
		return dto.Adjusted{}, public(err)
	}
	hash, err := idempotency.Hash([]any{sku, in.Delta})
	if err != nil {
		return dto.Adjusted{}, err
	}
	scope := idempotency.Scope("inventory.adjust_stock", in.CallerID)
	var answer json.RawMessage
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, out.Replayed, err = u.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(ctx context.Context) (json.RawMessage, error) {
			return idempotency.Encode(u.adjust(ctx, sku, in.Delta))
		})
		return err
	})
	if err != nil {
		return dto.Adjusted{}, err
	}
	if err := idempotency.Decode(answer, &out.Stock); err != nil {
		return dto.Adjusted{}, err
	}
	return out, nil
}

func (u *AdjustStock) check(in dto.AdjustStock) (domain.SKU, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return "", err
	}
	if err := domain.CheckDelta(in.Delta); err != nil {
		return "", err
	}
	return domain.ParseSKU(in.SKU)
}

func (u *AdjustStock) adjust(ctx context.Context, sku domain.SKU, delta int64) (dto.Stock, error) {
	if _, err := u.products.Get(ctx, sku); err != nil {
		return dto.Stock{}, public(err)
	}
	stock, err := u.stocks.Adjust(ctx, sku, delta, u.now())
	if err != nil {
		return dto.Stock{}, public(err)
	}
	return dto.FromStock(stock), nil
}
