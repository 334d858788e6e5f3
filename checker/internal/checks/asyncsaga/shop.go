package asyncsaga

import (
	"context"
	"fmt"
	"slices"
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
	poor  = 100
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

// The names of the steps.
const (
	reserveStep = "RESERVE_INVENTORY"
	deductStep  = "DEDUCT_BALANCE"
	shipStep    = "SHIP_STOCK"
)

// shop is a running system whose every operation is recorded.
type shop struct {
	*stack.Stack
	t       *check.T
	history *history.Recorder

	mu        sync.Mutex
	db        *pgx.Conn // order_db
	purchases []*purchase
}

// steady is an environment in which no saga times out, and in which a repetition of a message comes soon.
var steady = map[string]string{
	"SAGA_STALE_AFTER":       "10m",
	"CONSUMER_REQUEUE_MIN":   "20ms",
	"CONSUMER_REQUEUE_MAX":   "100ms",
	"RABBITMQ_RECONNECT_MIN": "50ms",
}

// open starts the services and shows that the ordinary case works: one order is paid.
func open(t *check.T) (s *shop, first *purchase) {
	t.Step("start the four services on empty databases")
	s = &shop{t: t, history: new(history.Recorder)}
	s.Stack = t.Stack(stack.Options{Env: steady, Recorder: s.history})
	db, err := pgx.Connect(t.Context(), t.Lease().Databases["order_db"])
	t.Ours("connect to order_db", err)
	t.Cleanup(func(ctx context.Context) { _ = db.Close(ctx) })
	s.db = db
	t.Baseline(func() {
		t.Step("before anything goes wrong: a purchase is paid")
		first = s.customer("an undisturbed purchase", rich)
		first.buy()
		first.ends("PAID")
	})
	return s, first
}

// customer has money in a wallet and a product of their own in stock, so that each loss can be attributed.
func (s *shop) customer(at string, money int64) *purchase {
	id := uuid.NewString()
	p := &purchase{s: s, at: at, buyer: id, sku: "LAMP-" + id[:8], key: "order-" + id[:8]}
	topUp, err := s.Shop.TopUp(s.t.Context(), p.buyer, "fund-"+id[:8], money)
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

// waiting is how many statements wait for a lock in order_db.
func (s *shop) waiting() (statements int) {
	s.query("waiting statements", `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`, nil, &statements)
	return statements
}

// arrives waits until a message is held.
func (s *shop) arrives(what string, hold *fault.MessageHold) {
	s.t.Eventually(what, patience, func(context.Context) (string, bool) {
		select {
		case <-hold.Arrived():
			return "", true
		default:
			return "it was not sent", false
		}
	})
}

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
