package usecase_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
)

// zzRestRequests remembers answers by scope and key.
type zzRestRequests struct {
	mu      sync.Mutex
	answers map[string]json.RawMessage
}

// Once implements usecase.Requests.
func (r *zzRestRequests) Once(
	ctx context.Context, scope, key string, _ []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (json.RawMessage, bool, error) {
	r.mu.Lock()
	answer, known := r.answers[scope+"|"+key]
	r.mu.Unlock()
	if known {
		return answer, true, nil
	}
	answer, err := fn(ctx)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answers[scope+"|"+key] = answer
	}
	return answer, false, err
}

// Lookup implements usecase.Requests.
func (r *zzRestRequests) Lookup(context.Context, string, string, []byte) (json.RawMessage, error) {
	return nil, errors.New("no request of this test waits for another")
}

// zzRestTx begins no transaction once the context has ended.
type zzRestTx struct{}

// WithTx implements usecase.Transactor.
func (zzRestTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if ctx.Err() != nil {
		return errors.New("the connection of the transaction is closed")
	}
	return fn(ctx)
}

// zzRestOrders has orders that are cancelled already, so that no saga is needed. It counts how many are loaded at the same time.
type zzRestOrders struct {
	domain.OrderRepository
	mu            sync.Mutex
	orders        map[string]*domain.Order
	load          func(ctx context.Context, id string) error
	loads         []string
	working, most int
}

// Get implements domain.OrderRepository.
func (o *zzRestOrders) Get(ctx context.Context, id string) (*domain.Order, error) {
	o.mu.Lock()
	o.loads = append(o.loads, id)
	o.working++
	o.most = max(o.most, o.working)
	load := o.load
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		o.working--
		o.mu.Unlock()
	}()
	if load != nil {
		if err := load(ctx, id); err != nil {
			return nil, err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	order, ok := o.orders[id]
	if !ok {
		return nil, domain.ErrOrderNotFound
	}
	return order, nil
}

func (o *zzRestOrders) loaded() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.loads...)
}

func (o *zzRestOrders) put(id, buyer string, status domain.OrderStatus) {
	o.mu.Lock()
	defer o.mu.Unlock()
	total, err := domain.NewMoney(500, "EUR")
	if err != nil {
		panic(err) // the amount is constant
	}
	o.orders[id] = domain.RestoreOrder(domain.Snapshot{ID: id, BuyerID: buyer, Status: status, Total: total, Version: 3})
}

// zzRestCanceller is the use case on these fakes.
type zzRestCanceller struct {
	t      *testing.T
	orders *zzRestOrders
	batch  *usecase.BatchCancelOrders
}

func zzRestNewCanceller(t *testing.T, concurrency int) *zzRestCanceller {
	t.Helper()
	answers := usecase.AnswerConfig{Margin: 300 * time.Millisecond, Poll: 50 * time.Millisecond, PollMax: time.Second}
	orders := &zzRestOrders{orders: map[string]*domain.Order{}}
	for n := range 60 {
		orders.put(zzRestID(n), zzRestBuyer, domain.StatusCancelled)
	}
	var none struct {
		saga.Repository
		usecase.Sagas
		usecase.EventPublisher
	}
	requests := usecase.NewSagaRequests(answers, zzRestTx{}, &zzRestRequests{answers: map[string]json.RawMessage{}}, none.Repository, none.Sagas, none.EventPublisher)
	cancel := usecase.NewCancelOrder(requests, orders, time.Now)
	return &zzRestCanceller{t: t, orders: orders, batch: usecase.NewBatchCancelOrders(usecase.BatchConfig{Concurrency: concurrency}, answers, cancel)}
}

func (c *zzRestCanceller) execute(ctx context.Context, in dto.BatchCancel) ([]dto.OrderResult, error) {
	c.t.Helper()
	defer zzRestCrash(c.t, "BatchCancelOrders")
	return c.batch.Execute(ctx, in)
}

func zzRestBatchOf(key string, ids ...string) dto.BatchCancel {
	return dto.BatchCancel{Caller: dto.Caller{UserID: zzRestBuyer}, IDs: ids, IdempotencyKey: key}
}
