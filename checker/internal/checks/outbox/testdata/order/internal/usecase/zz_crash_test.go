package usecase_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/domain"
	"shop/order/internal/publisher"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/config"
	"shop/platform/idempotencystore"
	"shop/platform/outbox"
	"shop/platform/postgres"
)

func TestZZOutboxCrash(t *testing.T) {
	s := zzsNew(t)
	zzsCrashes(s, "POST /v1/orders", s.purchase)
	zzsCrashes(s, "the reply that the stock is reserved", s.reserved)
}

// zzsSilentMetrics counts nothing.
type zzsSilentMetrics struct{}

func (zzsSilentMetrics) OrderPaid(domain.Money)                         {}
func (zzsSilentMetrics) OrderCancelled(domain.CancelCode)               {}
func (zzsSilentMetrics) SagaSettled(string, saga.Status, time.Duration) {}
func (zzsSilentMetrics) Mark(context.Context, string)                   {}
func (zzsSilentMetrics) Recently(context.Context, string) bool          { return false }

// zzsProcess is the order service on a pool.
type zzsProcess struct {
	create *usecase.CreateOrder
	apply  *usecase.ApplyReply
}

func (s *zzsShop) process(pool *pgxpool.Pool) *zzsProcess {
	tx, sagas := postgres.NewTxManager(pool), repository.NewSagaRepository(pool)
	writer := outbox.NewWriter(config.Defaults[outbox.Config](), zzsClock)
	engine := saga.NewEngine(sagas, publisher.New(publisher.Config{EventVersion: 2}, writer, zzsSilentMetrics{}),
		publisher.NewSagas(zzsSilentMetrics{}, zzsClock), saga.NewSteps(publisher.NewCommands(writer)), zzsClock)
	requests := usecase.NewSagaRequests(tx, idempotencystore.New(pool), zzsSilentMetrics{})
	return &zzsProcess{
		create: usecase.NewCreateOrder(requests, engine, zzsCatalogue{zzsPrice(s.t)}, zzsClock),
		apply:  usecase.NewApplyReply(tx, engine, sagas),
	}
}

// zzsStep is one piece of work: how a process does it, and what is committed of it.
type zzsStep struct {
	do           func(ctx context.Context, p *zzsProcess) error
	state        func() string
	nothing, all string
}

// zzsPackets is more than a step needs.
const zzsPackets = 60

// zzsCrashes lets the process crash at each packet that it sends to PostgreSQL while it works. Afterwards another process does the work again.
func zzsCrashes(s *zzsShop, name string, begin func() zzsStep) {
	s.t.Helper()
	ordinary := begin()
	if err := s.call(name, func(ctx context.Context) error { return ordinary.do(ctx, s.process(s.pool)) }); err != nil {
		zzsFail(s.t, "ordinary", name, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
	if got := ordinary.state(); got != ordinary.all {
		zzsFail(s.t, "ordinary", name+", without a crash", ordinary.all, got, "an event without its row, or a row without its event, is wrong without any crash already")
	}
	for _, lost := range []bool{false, true} {
		for n := 1; s.crashes(name, begin(), n, lost); n++ {
			if n == zzsPackets {
				s.t.Skipf("%s sends more than %d packets", name, zzsPackets)
			}
		}
	}
}

// crashes breaks the connection at the nth packet. It returns false if there is none.
func (s *zzsShop) crashes(name string, step zzsStep, n int, lost bool) bool {
	s.t.Helper()
	cable, address := zzsLay(s.t, s.address)
	defer cable.remove()
	pool := s.newPool(address)
	defer zzsClose(pool)
	if err := pool.Ping(context.Background()); err != nil {
		s.t.Skipf("connect through the cable: %v", err)
	}
	what := fmt.Sprintf("%s: the process dies before it sends packet %d to PostgreSQL", name, n)
	if lost {
		what = fmt.Sprintf("%s: the process dies when it has sent packet %d to PostgreSQL", name, n)
	}
	cable.breakAt(n, lost)
	err := s.call(what, func(ctx context.Context) error { return step.do(ctx, s.process(pool)) })
	if !cable.isBroken() {
		return false
	}
	s.gone()
	got := step.state()
	if got != step.nothing && got != step.all {
		zzsFail(s.t, "half", what, "all of it or nothing: "+step.all+"; or "+step.nothing, got,
			"nothing repairs this: no log line says that it happened, the next process finds rows that look complete, and what is missing is never sent")
	}
	if err == nil && got != step.all {
		zzsFail(s.t, "lost", what+"; the call reports success", step.all, got, "the client was told that it is done")
	}
	what += "; another process does it again"
	if err := s.call(what, func(ctx context.Context) error { return step.do(ctx, s.process(s.pool)) }); err != nil {
		zzsFail(s.t, "again", what, "no error", fmt.Sprintf("the error %q", err), "a client repeats its request, the broker delivers a reply again: that is all that repairs a crash")
	}
	if got := step.state(); got != step.all {
		zzsFail(s.t, "again", what, step.all, got, "after the repetition everything is there, once")
	}
	return true
}

// gone waits until PostgreSQL has ended the sessions of the dead process.
func (s *zzsShop) gone() {
	s.t.Helper()
	deadline := time.Now().Add(zzsStuck)
	for s.line(`SELECT count(*)::text FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`, zzsCrashing) != "0" {
		if time.Now().After(deadline) {
			s.t.Skipf("PostgreSQL has not ended the sessions of the dead process")
		}
		time.Sleep(time.Millisecond)
	}
}

// purchase is the creation of an order.
func (s *zzsShop) purchase() zzsStep {
	in := zzsRequest(2)
	return zzsStep{
		do: func(ctx context.Context, p *zzsProcess) error {
			_, err := p.create.Execute(ctx, in)
			return err
		},
		state: func() string {
			return s.line(`WITH o AS (SELECT id::text FROM orders WHERE buyer_id::text = $1)
				SELECT format('orders: %s, items: %s, sagas: %s, requests: %s, outbox: %s',
					(SELECT count(*) FROM o), (SELECT count(*) FROM order_items WHERE order_id::text IN (SELECT id FROM o)),
					(SELECT count(*) FROM saga_executions WHERE aggregate_id::text IN (SELECT id FROM o)),
					(SELECT count(*) FROM processed_events WHERE key = $2),
					(SELECT coalesce(string_agg(event_type, ' ' ORDER BY event_type), '') FROM outbox_events
						WHERE aggregate_id IN (SELECT id FROM o) OR payload->>'buyerId' = $1))`, in.BuyerID, in.IdempotencyKey)
		},
		nothing: "orders: 0, items: 0, sagas: 0, requests: 0, outbox: ",
		all:     "orders: 1, items: 1, sagas: 1, requests: 1, outbox: inventory.stock.reserve order.order.created",
	}
}

// reserved is the first reply to an order that exists.
func (s *zzsShop) reserved() zzsStep {
	s.t.Helper()
	var orderID string
	if err := s.call("POST /v1/orders", func(ctx context.Context) error {
		answer, err := s.process(s.pool).create.Execute(ctx, zzsRequest(2))
		orderID = answer.Order.ID
		return err
	}); err != nil {
		zzsFail(s.t, "ordinary", "POST /v1/orders", "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
	return zzsStep{
		do: func(ctx context.Context, p *zzsProcess) error {
			return p.apply.Execute(ctx, saga.Reply{PurchaseID: orderID, Call: saga.Call{Step: saga.ReserveInventory}})
		},
		state: func() string {
			return s.line(`SELECT format('order version: %s, saga waits for: %s, outbox: %s',
				(SELECT version FROM orders WHERE id::text = $1), (SELECT current_step FROM saga_executions WHERE aggregate_id::text = $1),
				(SELECT coalesce(string_agg(event_type, ' ' ORDER BY event_type), '') FROM outbox_events
					WHERE aggregate_id = $1 AND event_type NOT IN ('order.order.created', 'inventory.stock.reserve')))`, orderID)
		},
		nothing: "order version: 1, saga waits for: RESERVE_INVENTORY, outbox: ",
		all:     "order version: 2, saga waits for: DEDUCT_BALANCE, outbox: order.order.confirmed wallet.balance.deduct",
	}
}
