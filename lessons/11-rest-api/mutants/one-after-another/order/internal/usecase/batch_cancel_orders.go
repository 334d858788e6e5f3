package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/logging"
	"shop/platform/parallel"
)

// Execute returns a result for each id, in the order of the ids. A repetition of the batch with the same key gets the same
// results, and orders that were Aborted for lack of time go on.
func (u *BatchCancelOrders) Execute(ctx context.Context, in dto.BatchCancel) ([]dto.OrderResult, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return nil, err
	}
	if err := checkBatch(in.IDs, maxBatchCancel); err != nil {
		return nil, err
	}
	ctx, stop := withMargin(ctx, u.answers.Margin)
	defer stop()
	// An order that is named twice is cancelled once: its other places get the same result.
	first := make(map[string]int, len(in.IDs))
	var work []int
	for i, asked := range in.IDs {
		id := oneSpelling(asked)
		if _, known := first[id]; !known {
			first[id] = i
			work = append(work, i)
		}
	}
	results := make([]dto.OrderResult, len(in.IDs))
	parallel.Each(work, 1,
		func(i int) { results[i] = u.one(ctx, in, in.IDs[i]) },
		func(i int, err error, stack []byte) {
			logging.From(ctx).Error("panic", logging.Event("order.batch.panicked"), zap.String("order_id", in.IDs[i]),
				logging.Error(err), zap.ByteString("stack", stack))
			results[i] = dto.OrderResult{ID: in.IDs[i], Err: errs.From(err)}
		})
	for i, asked := range in.IDs {
		results[i] = results[first[oneSpelling(asked)]]
		results[i].ID = asked
	}
	return results, nil
}
