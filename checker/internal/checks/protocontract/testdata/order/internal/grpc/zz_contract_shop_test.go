package grpc

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

const (
	zzContractBuyer = "11111111-1111-4111-8111-111111111111"
	zzContractOrder = "33333333-3333-4333-8333-333333333333"
	zzContractOther = "44444444-4444-4444-8444-444444444444"
)

var zzContractNoon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// zzContractShop is the order service with its stores in memory. Every purchase succeeds.
type zzContractShop struct {
	query.QueryService
	saga.Repository

	t        *testing.T
	handler  *Handler
	mu       sync.Mutex
	prices   map[string]int64
	down     error // of the catalogue
	requests map[string]zzContractRequest
	created  []query.Order
	shown    map[string]query.Order
	reads    int
	failing  error // of reads
	closed   chan struct{}
}

type zzContractRequest struct {
	hash   string
	answer json.RawMessage
}

func zzContractOpen(t *testing.T, interval time.Duration) *zzContractShop {
	s := &zzContractShop{
		t: t, prices: map[string]int64{"tea": 500, "milk": 20}, requests: map[string]zzContractRequest{}, shown: map[string]query.Order{},
		closed: make(chan struct{}, 10),
	}
	requests := usecase.NewSagaRequests(usecase.AnswerConfig{Margin: time.Millisecond, Poll: time.Millisecond, PollMax: time.Millisecond},
		zzContractTx{}, s, s, s, zzContractEvents{})
	get := usecase.NewGetOrder(s)
	s.handler = NewHandler(usecase.NewCreateOrder(requests, s, clock.System), get, nil,
		usecase.NewWatchOrder(usecase.WatchConfig{Interval: interval}, get), nil, nil, usecase.NewBatchGetOrders(s), nil, nil)
	return s
}

type zzContractTx struct{}

func (zzContractTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return fn(ctx)
}

type zzContractEvents struct{}

func (zzContractEvents) Publish(context.Context, ...domain.Event) error { return nil }

// Products implements usecase.Catalogue.
func (s *zzContractShop) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		price, ok := s.prices[sku]
		if !ok {
			return nil, errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "there is no product %q", sku)
		}
		money, err := domain.NewMoney(price, "EUR")
		if err != nil {
			return nil, err
		}
		products[i] = usecase.Product{SKU: sku, UnitPrice: money}
	}
	return products, s.down
}

// Once implements usecase.Requests.
func (s *zzContractShop) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (json.RawMessage, bool, error) {
	if answer, err := s.Lookup(ctx, scope, key, hash); err != idempotency.ErrUnknownKey { //nolint:errorlint // it is this one
		return answer, err == nil, err
	}
	answer, err := fn(ctx)
	if err == nil {
		s.remember(scope, key, hash, answer)
	}
	return answer, false, err
}

func (s *zzContractShop) remember(scope, key string, hash []byte, answer json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[scope+" "+key] = zzContractRequest{string(hash), answer}
}

// Lookup implements usecase.Requests.
func (s *zzContractShop) Lookup(_ context.Context, scope, key string, hash []byte) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, ok := s.requests[scope+" "+key]
	switch {
	case !ok:
		return nil, idempotency.ErrUnknownKey
	case stored.hash != string(hash):
		return nil, idempotency.ErrConflict
	}
	return stored.answer, nil
}

// Create implements saga.Repository.
func (s *zzContractShop) Create(_ context.Context, made *saga.Saga) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.created = append(s.created, query.FromOrder(made.Order))
	return nil
}

// Go implements usecase.Sagas: it pays at once.
func (s *zzContractShop) Go(_ context.Context, made *saga.Saga) <-chan error {
	ended := make(chan error, 1)
	if err := made.Order.Confirm(zzContractNoon); err != nil {
		ended <- err
		return ended
	}
	if err := made.Order.MarkPaid(zzContractNoon); err != nil {
		ended <- err
		return ended
	}
	answer, err := usecase.NewAnswers().Purchase(made.Order)
	made.Settle(saga.Completed, answer)
	s.mu.Lock()
	defer s.mu.Unlock()
	place := made.Request.Scope + " " + made.Request.Key
	s.requests[place] = zzContractRequest{s.requests[place].hash, answer}
	ended <- err
	return ended
}

// Ended implements usecase.Sagas.
func (s *zzContractShop) Ended(saga.Request) <-chan struct{} { return nil }

// Orders implements query.QueryService.
func (s *zzContractShop) Orders(ctx context.Context, ids ...string) (found []query.Order, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	for _, id := range ids {
		if o, ok := s.shown[id]; ok {
			found = append(found, o)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return found, s.failing
}

func (s *zzContractShop) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

func (s *zzContractShop) show(o query.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[o.ID] = o
}

func (s *zzContractShop) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = err
}

// orders returns the orders that were made since the last call.
func (s *zzContractShop) orders() []query.Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := slices.Clone(s.created)
	s.created = nil
	return made
}

// oldRequest stores a purchase as the last release has stored it.
func (s *zzContractShop) oldRequest(key string, items []dto.NewItem, order query.Order) {
	hash, err := idempotency.Hash(struct{ Items []dto.NewItem }{items})
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := idempotency.Encode(order, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.remember(idempotency.Scope("order.create", zzContractBuyer), key, hash, answer)
}

func zzContractAt(version int64, status domain.OrderStatus) query.Order {
	o := query.Order{
		ID: zzContractOrder, BuyerID: zzContractBuyer, Status: int(status), Items: []query.Item{{SKU: "tea", Quantity: 2, UnitPrice: 250}},
		TotalMinor: 500, Currency: "EUR", Version: version, CreatedAt: time.Unix(1000, 0).UTC(), UpdatedAt: time.Unix(1000+version, 0).UTC(),
	}
	if status == domain.StatusCancelled {
		o.CancelCode, o.CancelReason = string(domain.CancelOutOfStock), "no tea"
	}
	return o
}
