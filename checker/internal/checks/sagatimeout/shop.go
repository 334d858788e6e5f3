package sagatimeout

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/history"
	"stagecraft/checker/internal/stack"
)

const (
	price = 500
	rich  = 1200 // enough for two orders, so that a second charge is seen and not refused
	stock = 10

	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 10 * time.Second
)

// The routing keys of the messages of a saga.
const (
	reserve = "inventory.stock.reserve"
	release = "inventory.stock.release"
	ship    = "inventory.stock.ship"
	deduct  = "wallet.balance.deduct"
	refund  = "wallet.balance.refund"
	replied = "order.saga.reply"
)

// The names of the steps, as the other services know them.
const (
	reserveStep = "RESERVE_INVENTORY"
	deductStep  = "DEDUCT_BALANCE"
	shipStep    = "SHIP_STOCK"
)

// resumed is the event that the operator's command logs.
const resumed = "order.saga.resumed"

// env lets the monitor scan all the time, and lets a repetition of a message come soon. Nothing gets old by itself: see age.
var env = map[string]string{
	"SAGA_STALE_AFTER":        "10m",
	"SAGA_SCAN_INTERVAL":      "30ms",
	"SAGA_SCAN_QUERY_TIMEOUT": "30s",
	"DB_STATEMENT_TIMEOUT":    "60s",
	"RABBITMQ_RECONNECT_MIN":  "50ms",
	"DB_COMMIT_TIMEOUT":       "30s",
}

// patient is an environment in which no message is sent or delivered again because the machine is slow: a copy would pass a hold.
var patient = map[string]string{
	"CONSUMER_REQUEUE_MIN":   "20ms",
	"CONSUMER_REQUEUE_MAX":   "100ms",
	"RABBITMQ_HEARTBEAT":     "60s",
	"OUTBOX_LEASE":           "60s",
	"OUTBOX_CONFIRM_TIMEOUT": "40s",
}

// shop is a running system whose every operation is recorded.
type shop struct {
	*stack.Stack
	t       *check.T
	history *history.Recorder

	mu        sync.Mutex
	db        *pgx.Conn // order_db
	purchases []*purchase
}

// open starts the services and shows that the ordinary case works: one order is paid.
func open(t *check.T) (s *shop, first *purchase) {
	t.Step("start the four services on empty databases")
	s = &shop{t: t, history: new(history.Recorder)}
	s.Stack = t.Stack(stack.Options{
		Env: maps.Clone(patient), ServiceEnv: map[string]map[string]string{"order": maps.Clone(env)}, Recorder: s.history,
	})
	db, err := pgx.Connect(t.Context(), t.Lease().Databases["order_db"])
	t.Ours("connect to order_db", err)
	t.Cleanup(func(ctx context.Context) { _ = db.Close(ctx) })
	s.db = db
	t.Baseline(func() {
		t.Step("before anything goes wrong: a purchase is paid")
		first = s.customer("an undisturbed purchase")
		first.buy()
		first.ends("PAID")
	})
	return s, first
}

// customer has money in a wallet and a product of their own in stock, so that each loss can be attributed.
func (s *shop) customer(at string) *purchase {
	id := uuid.NewString()
	p := &purchase{s: s, at: at, buyer: id, sku: "LAMP-" + id[:8], key: "order-" + id[:8]}
	topUp, err := s.Shop.TopUp(s.t.Context(), p.buyer, "fund-"+id[:8], rich)
	s.ok("top up a wallet", topUp.OK(), topUp, err)
	product, err := s.Shop.PutProduct(s.t.Context(), p.sku, "Lamp", price)
	s.ok("put a product into the catalogue", product.OK(), product, err)
	delivery, err := s.Shop.AdjustStock(s.t.Context(), p.sku, "delivery-"+id[:8], stock)
	s.ok("put stock on the shelf", delivery.OK(), delivery, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purchases = append(s.purchases, p)
	return p
}

func (s *shop) ok(doing string, ok bool, answer fmt.Stringer, err error) {
	s.t.NoError(doing, err)
	s.t.True(ok, check.Failure{Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String()})
}

func (s *shop) all() []*purchase {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.purchases)
}

// query reads one row of order_db.
func (s *shop) query(what, sql string, args []any, into ...any) {
	s.mu.Lock()
	err := s.db.QueryRow(s.t.Context(), sql, args...).Scan(into...)
	s.mu.Unlock()
	s.t.Ours("read "+what, err)
}

// exec changes order_db.
func (s *shop) exec(what, sql string, args ...any) {
	s.mu.Lock()
	_, err := s.db.Exec(s.t.Context(), sql, args...)
	s.mu.Unlock()
	s.t.Ours(what, err)
}

// arrives waits until a message is held. A copy of it, which the broker delivers when a connection was lost, does not pass the hold.
func (s *shop) arrives(what string, hold *fault.MessageHold) {
	s.t.Eventually(what, patience, func(context.Context) (string, bool) {
		select {
		case <-hold.Arrived():
			return "", true
		default:
			return "it was not sent", false
		}
	})
	held := hold.Passage()
	service, _, _ := strings.Cut(held.Link, "->")
	s.Broker(service).DropDelivery(fault.ID(held.Message.ID), 0)
}

// age lets so much time pass for the open sagas of these purchases, in one moment.
func (s *shop) age(by string, purchases ...*purchase) {
	ids := make([]string, len(purchases))
	for i, p := range purchases {
		ids[i] = p.id
	}
	s.exec("let sagas get older", `UPDATE saga_executions SET updated_at = updated_at - $2::interval
		WHERE aggregate_id = ANY ($1::uuid[]) AND status IN ('RUNNING', 'COMPENSATING', 'FAILED')`, ids, by)
}

// stale makes the open sagas of these purchases older than SAGA_STALE_AFTER.
func (s *shop) stale(purchases ...*purchase) { s.age("11 minutes", purchases...) }

// judge waits until every purchase has ended, and holds wallets, ledgers, stock and orders against what was asked and answered.
func (s *shop) judge() {
	s.t.Step("wait until every purchase has ended, then read wallets, ledgers, stock and orders")
	for _, p := range s.all() {
		if !p.stuck {
			p.ends("")
		}
	}
	for _, p := range s.all() {
		if !p.stuck {
			p.balance()
		}
	}
}
