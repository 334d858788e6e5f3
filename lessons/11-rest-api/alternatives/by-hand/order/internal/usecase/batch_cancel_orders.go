package usecase

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/logging"
)

// Execute lets workers take orders from a channel.
func (u *BatchCancelOrders) Execute(ctx context.Context, in dto.BatchCancel) ([]dto.OrderResult, error) {
	if err := checkBatch(in.IDs, maxBatchCancel); err != nil {
		return nil, err
	}
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return nil, err
	}
	bounded, stop := withMargin(ctx, u.answers.Margin)
	defer stop()
	places := make(map[string][]int)
	for i, id := range in.IDs {
		places[oneSpelling(id)] = append(places[oneSpelling(id)], i)
	}
	todo := make(chan []int, len(places))
	for _, at := range places {
		todo <- at
	}
	close(todo)
	results := make([]dto.OrderResult, len(in.IDs))
	var workers sync.WaitGroup
	for range u.cfg.Concurrency {
		workers.Go(func() {
			for at := range todo {
				result := u.safely(bounded, in, in.IDs[at[0]])
				for _, i := range at {
					result.ID = in.IDs[i]
					results[i] = result
				}
			}
		})
	}
	workers.Wait()
	return results, nil
}

// safely cancels one order, whatever happens.
//
//stagecraft:add
func (u *BatchCancelOrders) safely(ctx context.Context, in dto.BatchCancel, id string) (result dto.OrderResult) {
	defer func() {
		if p := recover(); p != nil {
			result = u.refusal(ctx, id, fmt.Errorf("panic: %v", p), zap.ByteString("stack", debug.Stack()))
		}
	}()
	done, err := u.cancel.Execute(ctx, dto.CancelOrder{ID: id, Caller: in.Caller, IdempotencyKey: itemKey(in.IdempotencyKey, id)})
	if err != nil {
		return u.refusal(ctx, id, err)
	}
	return dto.OrderResult{Order: done.Order}
}

//stagecraft:add
func (u *BatchCancelOrders) refusal(ctx context.Context, id string, err error, fields ...zap.Field) dto.OrderResult {
	if errs.CodeOf(err) != errs.Internal {
		return dto.OrderResult{Err: errs.From(err)}
	}
	logging.From(ctx).With(fields...).Error("order of a batch not cancelled", zap.String("order_id", id), logging.Error(err))
	if ctx.Err() != nil {
		err = inProgress(err)
	}
	return dto.OrderResult{Err: errs.From(err)}
}

//stagecraft:drop
func (u *BatchCancelOrders) one() {}
