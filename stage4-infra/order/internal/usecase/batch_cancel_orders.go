package usecase

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/dispatcher"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/logging"
	"shop/platform/parallel"
)

const maxBatchCancel = 50

// BatchConfig is the part of the environment that is about batches.
type BatchConfig struct {
	// Concurrency is how many orders all batches of the process work on at the same time, Queue how many more are accepted.
	Concurrency int `env:"BATCH_CONCURRENCY" default:"8"`
	Queue       int `env:"BATCH_QUEUE" default:"100"`
}

// Validate refuses batches without a worker.
func (c *BatchConfig) Validate() error {
	var faults []error
	if c.Concurrency < 1 {
		faults = append(faults, errors.New("BATCH_CONCURRENCY must be at least 1"))
	}
	if c.Queue < 0 {
		faults = append(faults, errors.New("BATCH_QUEUE must not be negative"))
	}
	return errors.Join(faults...)
}

// BatchCancelOrders cancels several orders, each on its own: there is no transaction around all of them.
type BatchCancelOrders struct {
	workers *dispatcher.Dispatcher
	answers AnswerConfig
	cancel  *CancelOrder
}

// NewBatchCancelOrders returns the use case. Batches share the workers.
func NewBatchCancelOrders(workers *dispatcher.Dispatcher, answers AnswerConfig, cancel *CancelOrder) *BatchCancelOrders {
	return &BatchCancelOrders{workers: workers, answers: answers, cancel: cancel}
}

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
	done := dispatcher.Map(ctx, u.workers, work, func(ctx context.Context, i int) (dto.OrderResult, error) {
		return u.one(ctx, in, in.IDs[i]), nil
	})
	for n, i := range work {
		results[i] = done[n].Value
		if err := done[n].Err; err != nil {
			results[i] = notDoneInBatch(ctx, in.IDs[i], err)
		}
	}
	for i, asked := range in.IDs {
		results[i] = results[first[oneSpelling(asked)]]
		results[i].ID = asked
	}
	return results, nil
}

// notDoneInBatch is the result of an order for which there was no time, or whose cancellation panicked.
func notDoneInBatch(ctx context.Context, id string, err error) dto.OrderResult {
	if panicked := new(parallel.PanicError); errors.As(err, &panicked) {
		logging.From(ctx).Error("panic", logging.Event("order.batch.panicked"), zap.String("order_id", id), logging.Error(err),
			zap.ByteString("stack", panicked.Stack))
		return dto.OrderResult{ID: id, Err: errs.From(err)}
	}
	return dto.OrderResult{ID: id, Err: errs.From(inProgress(err))}
}

func (u *BatchCancelOrders) one(ctx context.Context, in dto.BatchCancel, id string) dto.OrderResult {
	done, err := u.cancel.Execute(ctx, dto.CancelOrder{Caller: in.Caller, ID: id, IdempotencyKey: itemKey(in.IdempotencyKey, id)})
	if err == nil {
		return dto.OrderResult{ID: id, Order: done.Order}
	}
	if code := errs.CodeOf(err); ctx.Err() != nil && (code == errs.Internal || code == errs.DeadlineExceeded) {
		err = inProgress(err)
	}
	if errs.CodeOf(err) == errs.Internal {
		// The caller gets no cause of an internal error, and no layer above sees more of it than the batch.
		logging.From(ctx).Error("order of a batch failed", logging.Event("order.batch.item_failed"), zap.String("order_id", id),
			logging.Error(err))
	}
	return dto.OrderResult{ID: id, Err: errs.From(err)}
}

// oneSpelling is the id as it is stored; what is no id stays as it is, to be refused in its place.
func oneSpelling(asked string) string {
	if id, err := orderID(asked); err == nil {
		return id
	}
	return asked
}

// itemKey makes one key of two, as long as any: a key may have 128 characters, and nothing is left to add an id.
func itemKey(batchKey, id string) string {
	sum := sha256.Sum256([]byte(batchKey + "/" + oneSpelling(id)))
	return "batch " + hex.EncodeToString(sum[:])
}
