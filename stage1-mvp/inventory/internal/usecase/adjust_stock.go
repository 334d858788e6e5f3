package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
)

// AdjustStockInput is a delivery (positive) or a correction, by whom, under which key.
type AdjustStockInput struct {
	Caller         string
	IdempotencyKey string
	SKU            string
	Delta          int64
}

// AdjustStock changes what is available by a difference, so that two changes at the same time both count.
type AdjustStock struct {
	tx       TxManager
	requests Requests
	stocks   domain.StockRepository
	now      clock.Clock
}

// NewAdjustStock returns the use case.
func NewAdjustStock(tx TxManager, requests Requests, stocks domain.StockRepository, now clock.Clock) *AdjustStock {
	return &AdjustStock{tx: tx, requests: requests, stocks: stocks, now: now}
}

// Execute returns the stock as it was right after the change, also when the request is a repetition. The same key with another change
// is a Conflict.
func (uc *AdjustStock) Execute(ctx context.Context, in AdjustStockInput) (stock StockDTO, err error) {
	sku, err := uc.check(in)
	if err != nil {
		return StockDTO{}, public(err)
	}
	hash, err := idempotency.Hash([]any{sku, in.Delta})
	if err != nil {
		return StockDTO{}, err
	}
	scope := idempotency.Scope("adjust-stock", in.Caller)
	var answer json.RawMessage
	err = uc.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, _, err = uc.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(ctx context.Context) (json.RawMessage, error) {
			return idempotency.Encode(uc.adjust(ctx, sku, in.Delta))
		})
		return err
	})
	if err != nil {
		return StockDTO{}, err
	}
	err = idempotency.Decode(answer, &stock)
	return stock, err
}

func (uc *AdjustStock) check(in AdjustStockInput) (domain.SKU, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return "", err
	}
	if err := domain.CheckDelta(in.Delta); err != nil {
		return "", err
	}
	return domain.ParseSKU(in.SKU)
}

func (uc *AdjustStock) adjust(ctx context.Context, sku domain.SKU, delta int64) (StockDTO, error) {
	stock, err := uc.stocks.Adjust(ctx, sku, delta, uc.now())
	if err != nil {
		return StockDTO{}, public(err)
	}
	return toStockDTO(stock), nil
}
