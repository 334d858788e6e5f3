package saga

import (
	"context"
	"fmt"
	"maps"
	"sync"

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
)

// shop is a running system whose every operation is recorded.
type shop struct {
	*stack.Stack
	t       *check.T
	history *history.Recorder
	db      *pgx.Conn // order_db

	mu        sync.Mutex
	purchases []*purchase
}

// unhurried is an environment in which no timeout of the services strikes: only what the check does goes wrong. The scanner looks often,
// and what it looks for is a saga that was not touched for a minute; see age.
var unhurried = map[string]string{
	"SAGA_TIMEOUT":         "2m",
	"SAGA_STEP_TIMEOUT":    "60s",
	"COMPENSATION_TIMEOUT": "60s",
	"REQUEST_TIMEOUT":      "60s",
	"SAGA_SCAN_INTERVAL":   "100ms",
	"SAGA_STALE_AFTER":     "2m",
}

// open starts the services and shows that the ordinary case works: one order is paid, one is refused.
func open(t *check.T, env map[string]string) *shop {
	t.Step("start the four services on an empty database")
	s := &shop{t: t, history: new(history.Recorder)}
	all := maps.Clone(unhurried)
	maps.Copy(all, env)
	s.Stack = t.Stack(stack.Options{Env: all, Recorder: s.history})
	s.db = s.connect()
	t.Baseline(func() {
		s.ordinary("an undisturbed purchase", rich, "201 and an order that is PAID", func(p *purchase) bool {
			return p.answer.OK() && p.answer.Data.Status == "PAID"
		})
		s.ordinary("a purchase without the money", poor, "409 with code 1003", func(p *purchase) bool {
			return p.answer.Status == 409 && p.answer.Code == codePrecondition
		})
	})
	return s
}

// ordinary sends an order without any fault. Where timeouts are short a busy machine may miss one, which is no answer to judge by.
func (s *shop) ordinary(what string, money int64, expected string, right func(*purchase) bool) {
	s.t.Step("before anything goes wrong: %s", what)
	for try := 1; ; try++ {
		p := s.customer(what, money)
		p.send()
		p.mustEnd()
		if right(p) {
			return
		}
		if try == 3 || !p.uncertain() {
			p.is(false, expected)
		}
	}
}

const (
	codePrecondition = 1003
	codeAborted      = 1009
)

func (s *shop) connect() *pgx.Conn {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["order_db"])
	s.t.Ours("connect to order_db", err)
	s.t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}

// customer has money in a wallet and a product of their own in stock, so that each loss can be attributed. at says where the
// purchase will be struck.
func (s *shop) customer(at string, money int64) *purchase {
	id := uuid.NewString()
	p := &purchase{s: s, at: at, buyer: id, sku: "LAMP-" + id[:8], key: "order-" + id[:8], done: make(chan struct{})}
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

// kill ends order with SIGKILL, loses the answers that were under way, and waits until every buyer knows that none will come.
func (s *shop) kill(moment string, answers ...*fault.Hold) {
	s.t.Step("kill order: %s", moment)
	s.t.Ours("kill order", s.Service("order").Kill())
	for _, answer := range answers {
		answer.Drop()
	}
	for _, p := range s.all() {
		<-p.done
	}
}

// restart starts order again when the sagas that it left are old.
func (s *shop) restart() {
	s.age()
	s.t.Step("start order again; the sagas that it left look an hour old")
	s.t.NoError("start order again", s.Service("order").Restart(s.t.Context(), nil))
	s.t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(s.t.Context()))
}

// unfinished chooses sagas that are not settled, of the orders in $1 or of all.
const unfinished = `status IN ('RUNNING', 'COMPENSATING') AND (cardinality($1::text[]) = 0 OR aggregate_id::text = ANY ($1))`

// age makes unfinished sagas look as if no process had touched them for an hour: only of these orders, or all. It stands for the ten minutes
// that a check cannot wait, and leaves sagas that are at work later alone.
func (s *shop) age(orders ...string) {
	if orders == nil {
		orders = []string{}
	}
	_, err := s.db.Exec(s.t.Context(), `UPDATE saga_executions SET updated_at = updated_at - interval '1 hour' WHERE `+unfinished, orders)
	s.t.Ours("set the clock of sagas back", err)
}
