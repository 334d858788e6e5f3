package usecase_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/dispatcher"
	"shop/platform/errs"
	"shop/platform/idempotencystore"
	"shop/platform/postgres"
)

// shown is what matters of a result: which order, or why none.
func shown(results []dto.OrderResult) []string {
	return lo.Map(results, func(r dto.OrderResult, _ int) string {
		if r.Err != nil {
			return r.Err.Code.String() + " " + r.Err.Reason
		}
		return r.Order.ID
	})
}

func TestABatchShowsEachOrderInItsPlace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mine, foreign := s.order(paid), s.order(paid)
	second := bought(t, s.orders, mine.BuyerID(), noon)
	ids := []string{second.ID(), uuid.NewString(), mine.ID(), foreign.ID(), "17", strings.ToUpper(mine.ID()), second.ID()}
	batch := usecase.NewBatchGetOrders(s.orders)

	results, err := batch.Execute(t.Context(), dto.Caller{UserID: mine.BuyerID()}, ids)

	require.NoError(t, err)
	const unknown = "NOT_FOUND ORDER_NOT_FOUND"
	assert.Equal(t, []string{second.ID(), unknown, mine.ID(), unknown, "INVALID_INPUT INVALID_ORDER_ID", mine.ID(), second.ID()}, shown(results))
	assert.Equal(t, ids, lo.Map(results, func(r dto.OrderResult, _ int) string { return r.ID }), "as they were asked for")
	results, err = batch.Execute(t.Context(), dto.Caller{Admin: true}, []string{foreign.ID()})
	require.NoError(t, err)
	assert.Equal(t, []string{foreign.ID()}, shown(results))
}

func TestTheSizeOfABatchIsBounded(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	many := func(n int) []string { return lo.Times(n, func(int) string { return uuid.NewString() }) }
	get := usecase.NewBatchGetOrders(s.orders)
	cancel := usecase.NewBatchCancelOrders(newWorkers(t, 1), answering, s.cancel)

	for limit, attempt := range map[string]func(n int) error{
		"1 to 100": func(n int) error { _, err := get.Execute(t.Context(), dto.Caller{}, many(n)); return err },
		"1 to 50": func(n int) error {
			_, err := cancel.Execute(t.Context(), dto.BatchCancel{IDs: many(n), IdempotencyKey: uuid.NewString()})
			return err
		},
	} {
		for _, n := range []int{0, 101, 1000} {
			err := attempt(n)
			assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), n)
			assert.ErrorContains(t, err, limit)
		}
		assert.NoError(t, attempt(50))
	}
	_, err := cancel.Execute(t.Context(), dto.BatchCancel{IDs: many(1)})
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), "without a key it could not be repeated")
}

func TestBatchCancel_MixedOrders_OneResultEach(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order, foreign := s.order(paid), s.order(paid)
	buyer := order.BuyerID()
	gone := bought(t, s.orders, buyer, noon)
	s.change(gone.ID(), paid)
	s.change(gone.ID(), shipped)
	in := dto.BatchCancel{
		Caller:         dto.Caller{UserID: buyer},
		IDs:            []string{gone.ID(), order.ID(), foreign.ID(), order.ID(), strings.ToUpper(order.ID()), "17"},
		IdempotencyKey: strings.Repeat("k", 128),
	}
	batch := usecase.NewBatchCancelOrders(newWorkers(t, 2), answering, s.cancel)

	first, err := batch.Execute(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"PRECONDITION_FAILED NOT_CANCELLABLE", order.ID(), "NOT_FOUND ORDER_NOT_FOUND", order.ID(), order.ID(),
		"INVALID_INPUT INVALID_ORDER_ID",
	}, shown(first))
	assert.Equal(t, []string{"refund"}, s.commands.sent, "an order that is named twice is cancelled once")
	assert.Equal(t, in.IDs, lo.Map(first, func(r dto.OrderResult, _ int) string { return r.ID }), "as they were asked for")

	in.IDs = append([]string{strings.ToUpper(gone.ID())}, in.IDs[1:5]...)
	again, err := batch.Execute(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, shown(first)[:5], shown(again), "the same key has the same results")
	assert.Equal(t, []string{"refund"}, s.commands.sent)
}

// slowOrders hands out orders one after the other, and counts how many callers ask at once.
type slowOrders struct {
	orders
	working, most *atomic.Int64
	release       <-chan struct{}
}

func (o slowOrders) Get(ctx context.Context, id string) (*domain.Order, error) {
	now := o.working.Add(1)
	defer o.working.Add(-1)
	for seen := o.most.Load(); now > seen && !o.most.CompareAndSwap(seen, now); seen = o.most.Load() {
	}
	select {
	case <-o.release:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return o.orders.Get(ctx, id)
}

func (s *shop) slowCancel(release <-chan struct{}) (cancel *usecase.CancelOrder, most *atomic.Int64) {
	slow := slowOrders{orders: s.orders, working: &atomic.Int64{}, most: &atomic.Int64{}, release: release}
	requests := usecase.NewSagaRequests(postgres.NewTxManager(s.pool), idempotencystore.New(s.pool), unwritten{})
	engine := saga.NewEngine(s.sagas, s.events, ignored{}, saga.NewSteps(s.commands), clock.System)
	return usecase.NewCancelOrder(requests, engine, s.sagas, slow, clock.System), slow.most
}

func TestABatchWorksNoMoreAtOnceThanItMay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	release := make(chan struct{})
	close(release)
	cancel, most := s.slowCancel(release)
	ids := lo.Times(12, func(int) string { return s.order(paid).ID() })
	batch := usecase.NewBatchCancelOrders(newWorkers(t, 3), answering, cancel)

	results, err := batch.Execute(t.Context(), dto.BatchCancel{Caller: dto.Caller{Admin: true}, IDs: ids, IdempotencyKey: "k"})

	require.NoError(t, err)
	assert.Equal(t, ids, shown(results))
	assert.LessOrEqual(t, most.Load(), int64(3))
}

func TestABatchThatRunsOutOfTimeSaysForWhichOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ids := lo.Times(3, func(int) string { return s.order(paid).ID() })
	release := make(chan struct{}, 1)
	release <- struct{}{} // for the first order alone
	cancel, _ := s.slowCancel(release)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	batch := usecase.NewBatchCancelOrders(newWorkers(t, 1), answering, cancel)
	in := dto.BatchCancel{Caller: dto.Caller{Admin: true}, IDs: ids, IdempotencyKey: "k"}

	results, err := batch.Execute(ctx, in)

	require.NoError(t, err)
	require.NoError(t, ctx.Err(), "it answers in time")
	assert.Equal(t, []string{ids[0], "ABORTED IN_PROGRESS", "ABORTED IN_PROGRESS"}, shown(results))
}

func TestBatchConfig_NoWorkers_IsInvalid(t *testing.T) {
	t.Parallel()
	assert.NoError(t, (&usecase.BatchConfig{Concurrency: 1}).Validate())
	assert.ErrorContains(t, (&usecase.BatchConfig{}).Validate(), "BATCH_CONCURRENCY")
}

// newWorkers returns the workers of a process.
func newWorkers(t *testing.T, n int) *dispatcher.Dispatcher {
	t.Helper()
	workers := dispatcher.New(n, 1, func(err error) { t.Errorf("unexpected %v", err) })
	t.Cleanup(func() { require.NoError(t, workers.Stop(context.Background())) })
	return workers
}
