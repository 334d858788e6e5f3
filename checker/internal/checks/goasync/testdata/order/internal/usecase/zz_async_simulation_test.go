// The measurement of the lesson: the same simulation as the one in its starter, under names of its own.
package usecase

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/errs"
)

// A zzaLoad is a number of purchases and how the other services behave. The databases take no time.
type zzaLoad struct {
	purchases int
	every     time.Duration // between two purchases; 0: all at once
	patience  time.Duration // how long the gateway waits for order

	prices, reserve, deduct             time.Duration // how long a call takes
	pricesFail, reserveFail, deductFail int           // each nth call gets no answer at once; 0: none
	line                                bool          // wallet does one deduction at a time; those that give up leave the line

	saga saga.Config
}

func zzaDefaults() zzaLoad {
	return zzaLoad{
		purchases: 1000, every: 20 * time.Millisecond, patience: 10 * time.Second,
		prices: 40 * time.Millisecond, reserve: 60 * time.Millisecond, deduct: 240 * time.Millisecond,
		saga: config.Defaults[saga.Config](),
	}
}

// A zzaResult is what became of the purchases.
type zzaResult struct {
	paid, undone, notBegun, inProgress int
	shortest, longest, all             time.Duration // waits of the buyers; all of them together
	last                               time.Duration // the last answer, since the first purchase
	calls                              map[string]int
}

// zzaSimulate runs the purchases through your order service, in memory and in the time of package synctest, which passes only while
// all goroutines wait. So the numbers do not depend on the machine.
func zzaSimulate(t *testing.T, load zzaLoad) (result zzaResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		shop := &zzaShop{load: load, calls: map[string]int{}, answers: map[saga.Request]json.RawMessage{}, wallet: make(chan struct{}, 1)}
		recorder := saga.NewRecorder(load.saga, shop, shop, shop, shop)
		background := saga.NewBackground(saga.NewEngine(recorder, load.saga, NewAnswers(), saga.PurchaseSteps(shop, shop), clock.System))
		create := NewCreateOrder(NewSagaRequests(config.Defaults[AnswerConfig](), shop, shop, shop, background, shop), shop, clock.System)
		begin := time.Now()
		var buyers sync.WaitGroup
		for range load.purchases {
			buyers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), load.patience)
				defer cancel()
				came := time.Now()
				_, err := create.Execute(ctx, dto.CreateOrder{BuyerID: newID(), IdempotencyKey: newID(), Items: []dto.NewItem{{SKU: "tea", Quantity: 1}}})
				shop.answered(err, time.Since(came), time.Since(begin))
			})
			time.Sleep(load.every)
		}
		buyers.Wait()
		_ = background.Wait(t.Context())
		shop.result.calls = shop.calls
		result = shop.result
	})
	return result
}

// zzaShop is everything around the order service.
type zzaShop struct {
	load   zzaLoad
	wallet chan struct{} // full while a deduction is being made, if there is a line

	mu      sync.Mutex
	calls   map[string]int
	answers map[saga.Request]json.RawMessage
	result  zzaResult
}

func (s *zzaShop) answered(err error, wait, at time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.result
	switch e := errs.From(err); {
	case err == nil:
		r.paid++
	case e.Reason == "IN_PROGRESS":
		r.inProgress++
	case e.Reason == string(domain.CancelUncertain):
		r.undone++
	default:
		r.notBegun++
	}
	if r.shortest == 0 || wait < r.shortest {
		r.shortest = wait
	}
	r.longest, r.all, r.last = max(r.longest, wait), r.all+wait, max(r.last, at)
}

// call counts a call, which takes a while or gets no answer.
func (s *zzaShop) call(ctx context.Context, name string, takes time.Duration, fail int) error {
	s.mu.Lock()
	s.calls[name]++
	n := s.calls[name]
	s.mu.Unlock()
	if fail > 0 && n%fail == 0 {
		return errs.New(errs.Unavailable, "UNAVAILABLE", "the connection was lost")
	}
	done := time.NewTimer(takes)
	defer done.Stop()
	select {
	case <-done.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Products is inventory's GetProducts.
func (s *zzaShop) Products(ctx context.Context, skus []string) ([]Product, error) {
	if err := s.call(ctx, "GetProducts", s.load.prices, s.load.pricesFail); err != nil {
		return nil, err
	}
	price, err := domain.NewMoney(500, "EUR")
	products := make([]Product, len(skus))
	for i, sku := range skus {
		products[i] = Product{SKU: sku, UnitPrice: price}
	}
	return products, err
}

func (s *zzaShop) Reserve(ctx context.Context, _, _ string, _ *domain.Order) error {
	return s.call(ctx, "Reserve", s.load.reserve, s.load.reserveFail)
}

func (s *zzaShop) Release(ctx context.Context, _, _ string, _ *domain.Order) error {
	return s.call(ctx, "Release", 0, 0)
}

func (s *zzaShop) Ship(ctx context.Context, _, _ string, _ *domain.Order) error {
	return s.call(ctx, "Ship", 0, 0)
}

func (s *zzaShop) Deduct(ctx context.Context, _, _ string, _ *domain.Order) error {
	if s.load.line {
		select {
		case s.wallet <- struct{}{}:
			defer func() { <-s.wallet }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.call(ctx, "Deduct", s.load.deduct, s.load.deductFail)
}

// Refund does not answer either when Deduct takes an hour: then all of wallet is frozen.
func (s *zzaShop) Refund(ctx context.Context, _, _ string, _ *domain.Order) error {
	if s.load.deduct >= time.Hour {
		return s.call(ctx, "Refund", time.Hour, 0)
	}
	return s.call(ctx, "Refund", 0, 0)
}

func (s *zzaShop) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return fn(ctx)
}

func (s *zzaShop) Once(
	ctx context.Context, _, _ string, _ []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (json.RawMessage, bool, error) {
	answer, err := fn(ctx)
	return answer, false, err
}

func (s *zzaShop) Lookup(_ context.Context, scope, key string, _ []byte) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers[saga.Request{Scope: scope, Key: key}], nil
}

func (s *zzaShop) Create(context.Context, *saga.Saga) error { return nil }

func (s *zzaShop) Save(_ context.Context, stored *saga.Saga) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stored.Answer != nil {
		s.answers[stored.Request] = stored.Answer
	}
	return nil
}

func (s *zzaShop) ListStale(context.Context, time.Duration, int) ([]saga.Stale, error) {
	return nil, nil
}
func (s *zzaShop) CountUnsettled(context.Context) (map[string]int64, error) { return nil, nil }
func (s *zzaShop) Claim(context.Context, saga.Stale) (*saga.Saga, error)    { return nil, saga.ErrLost }
func (s *zzaShop) Publish(context.Context, ...domain.Event) error           { return nil }
func (s *zzaShop) SagaSettled(string, saga.Status)                          {}
