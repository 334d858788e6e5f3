package usecase

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/logging"
	"shop/platform/parallel"
)

// Execute keeps one result per order, and gives it to each place in the end.
func (u *BatchCancelOrders) Execute(ctx context.Context, in dto.BatchCancel) ([]dto.OrderResult, error) {
	err := checkBatch(in.IDs, maxBatchCancel)
	if err == nil {
		err = idempotency.CheckKey(in.IdempotencyKey)
	}
	if err != nil {
		return nil, err
	}
	ctx, stop := withMargin(ctx, u.answers.Margin)
	defer stop()
	var (
		mu      sync.Mutex
		byOrder = make(map[string]dto.OrderResult)
		orders  []string
	)
	for _, id := range in.IDs {
		if _, known := byOrder[oneSpelling(id)]; !known {
			byOrder[oneSpelling(id)] = dto.OrderResult{}
			orders = append(orders, oneSpelling(id))
		}
	}
	settle := func(id string, done dto.OrderAnswer, err error) {
		mu.Lock()
		defer mu.Unlock()
		byOrder[id] = dto.OrderResult{Order: done.Order, Err: errs.From(u.visible(ctx, id, err))}
	}
	parallel.Each(orders, u.cfg.Concurrency, func(id string) {
		done, err := u.cancel.Execute(ctx, dto.CancelOrder{Caller: in.Caller, ID: id, IdempotencyKey: itemKey(in.IdempotencyKey, id)})
		settle(id, done, err)
	}, func(id string, err error, _ []byte) { settle(id, dto.OrderAnswer{}, err) })
	results := make([]dto.OrderResult, 0, len(in.IDs))
	for _, id := range in.IDs {
		result := byOrder[oneSpelling(id)]
		result.ID = id
		results = append(results, result)
	}
	return results, nil
}

// visible returns the error for the client, and logs the one that it does not get.
//
//stagecraft:add
func (u *BatchCancelOrders) visible(ctx context.Context, id string, err error) error {
	if err == nil || errs.CodeOf(err) != errs.Internal {
		return err
	}
	if ctx.Err() != nil {
		return inProgress(err)
	}
	logging.From(ctx).Error("cancellation failed", zap.String("order_id", id), logging.Error(err))
	return err
}

//stagecraft:drop
func (u *BatchCancelOrders) one() {}
