package incidenthardening

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"shop/platform/mtls"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/stack"
)

const (
	rate   = 12 // purchases a second
	price  = 500
	pieces = 100_000
	money  = 10_000_000
	// room is how many requests the gateway may have in progress: fewer than fail while order is away.
	room = 10
	// inFlight is how many purchases the customers make at a time, also on a slow machine: fewer than the gateway has places for.
	inFlight = 4
)

// again lets the incident happen once more: the CA is replaced, order is restarted, and wallet is stopped while its database is away.
func again(t *check.T) {
	s := openDay(t)
	stopLoad := s.buyAllTheTime()
	defer stopLoad()

	t.Step("the broker drops the connections of wallet")
	s.Broker("wallet").Reset()
	t.Step("a new CA is added to the bundle, and signs the certificate of the gateway")
	t.Ours("add a CA", s.Certificates.AddCA())
	newCaller := caller(t, s.Certificates.Directory, "after")
	t.Within(patience/4, func() bool { return s.allAccept(newCaller) })
	t.Ours("renew a certificate", s.Certificates.Renew(true, lifetime, "gateway"))
	s.accepts("rotation", "purchases fail after the certificate of the gateway was renewed", 15)
	s.noneFailed("rotation", "purchases failed while the CA was replaced", "A CA that is added first and used later costs no request.")

	t.Step("order is stopped, until %d purchases have failed", 2*room)
	stopped(t, s.Service("order"))
	t.Eventually("purchases fail while order is stopped", 2*patience, func(context.Context) (string, bool) {
		n := s.count(func(b *buy) bool { return b.failed != "" })
		return fmt.Sprintf("%d have failed", n), n >= 2*room
	})
	t.NoError("the start of order", s.Service("order").Restart(t.Context(), nil))
	s.accepts("refused", "purchases fail after order is back", 10)
	s.repeatFailed()

	t.Step("the database of wallet goes away, and wallet is restarted meanwhile")
	link := s.Server("wallet", "postgres")
	link.Cut()
	outage(t, s.Stack)
	s.await("commands wait for the database of wallet", func() (string, bool) {
		n := len(s.open(t))
		return fmt.Sprintf("%d orders are open", n), n >= 5
	})
	stopped(t, s.Service("wallet"))
	t.Ours("heal the database", link.Heal())
	t.NoError("the start of wallet", s.Service("wallet").Restart(t.Context(), nil))
	s.noneFailed("refused", "purchases failed while wallet was away", "A purchase is accepted by order alone; wallet takes part by messages.")
	stopLoad()
	s.settles()
}

// day is the running shop, and what its customers have asked for.
type day struct {
	*stack.Stack
	t        *check.T
	orders   *pgx.Conn
	balancer map[string]*stack.Balancer

	mu   sync.Mutex
	buys []*buy
}

// buy is one purchase. A customer repeats it with its key when it has failed.
type buy struct {
	key    string
	order  string // its id, when it was accepted
	failed string // the answer, until it is accepted
}

const buyer = "33333333-3333-4333-8333-333333333333"

func openDay(t *check.T) *day {
	t.Step("start the four services; the gateway connects to them directly")
	s := &day{t: t, balancer: map[string]*stack.Balancer{}}
	gateway := map[string]string{
		"OVERLOAD_MIN_CONCURRENCY": fmt.Sprint(room), "OVERLOAD_MAX_CONCURRENCY": fmt.Sprint(room), "OVERLOAD_TARGET": "60s",
		"GATEWAY_READINESS_REQUIRES": "none",
	}
	for _, name := range []string{"order", "inventory", "wallet"} {
		b, err := stack.NewBalancer()
		t.Ours("listen", err)
		t.Cleanup(func(context.Context) { b.Close() })
		s.balancer[name], gateway[strings.ToUpper(name)+"_TARGET"] = b, b.Addr()
	}
	env := map[string]string{
		"CONSUMER_REQUEUE_MIN": "50ms", "CONSUMER_REQUEUE_MAX": "500ms", "RABBITMQ_RECONNECT_MIN": "40ms", "RABBITMQ_RECONNECT_MAX": "200ms",
		"GRPC_CLIENT_BACKOFF_MAX": "100ms", "TLS_RELOAD_INTERVAL": "50ms", "GRPC_MAX_CONNECTION_AGE": "500ms",
	}
	s.Stack = t.Stack(stack.Options{Env: env, ServiceEnv: map[string]map[string]string{"gateway": gateway}})
	for name, b := range s.balancer {
		b.Add(s.Service(name).Addr)
	}
	s.orders = connect(t, "order_db")
	t.Baseline(func() {
		t.Step("fill the shelves and a wallet, and buy a piece")
		product, err := s.Shop.PutProduct(t.Context(), "lamp", "Lamp", price)
		t.NoError("the product", err)
		t.True(product.OK(), check.Failure{Sentence: "a product is refused", Expected: "200", Seen: product.String()})
		stock, err := s.Shop.AdjustStock(t.Context(), "lamp", "stock", pieces)
		t.NoError("the delivery", err)
		t.True(stock.OK(), check.Failure{Sentence: "a delivery is refused", Expected: "200", Seen: stock.String()})
		filled, err := s.Shop.TopUp(t.Context(), buyer, "money", money)
		t.NoError("the top-up", err)
		t.True(filled.OK(), check.Failure{Sentence: "a top-up is refused", Expected: "200", Seen: filled.String()})
		b := &buy{key: uuid.NewString()}
		s.buys = append(s.buys, b)
		s.order(b)
		t.True(b.failed == "", check.Failure{Sentence: "a purchase is refused", Expected: "202", Seen: b.failed})
		s.await("the order is paid", func() (string, bool) {
			open := s.open(t)
			return fmt.Sprintf("%d are open", len(open)), len(open) == 0
		})
	})
	return s
}

// order sends a purchase and notes its answer.
func (s *day) order(b *buy) {
	ctx, cancel := s.t.Patience(2 * patience)
	defer cancel()
	answer, err := s.Shop.CreateOrder(ctx, buyer, b.key, stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: price})
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		b.failed = err.Error()
	case answer.Status/100 == 2:
		b.order, b.failed = answer.Data.ID, ""
	default:
		b.failed = answer.String()
	}
}

// buyAllTheTime sends purchases until the function is called that it returns.
func (s *day) buyAllTheTime() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	s.t.Go(func() {
		defer close(ended)
		load.Run(ctx, load.Plan{Rate: rate, Seed: s.t.Seed(), MostInFlight: inFlight, Do: func(context.Context, int, *rand.Rand) error {
			b := &buy{key: uuid.NewString()}
			s.order(b)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.buys = append(s.buys, b)
			return nil
		}})
	})
	return func() {
		cancel()
		<-ended
	}
}

func (s *day) count(match func(*buy) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.buys {
		if match(b) {
			n++
		}
	}
	return n
}

func (s *day) await(what string, happened func() (string, bool)) {
	s.t.Eventually(what, 2*patience, func(context.Context) (string, bool) { return happened() })
}

// allAccept says whether each service accepts the caller.
func (s *day) allAccept(newCaller *mtls.Identity) bool {
	for name := range s.balancer {
		if _, err := shake(s.t.Context(), newCaller.Client(name), s.Service(name).Addr); err != nil {
			return false
		}
	}
	return true
}

// accepts waits until so many purchases in a row are accepted, from now on.
func (s *day) accepts(id, sentence string, n int) {
	before := s.count(func(*buy) bool { return true })
	becomes(s.t, check.Failure{
		ID: id, Sentence: sentence, Expected: fmt.Sprintf("%d purchases in a row are accepted", n),
		Why: "The cause is over. A shop that goes on refusing has a second fault, which the first one has set off.",
	}, func() (string, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.buys) < before+n {
			return fmt.Sprintf("%d purchases", len(s.buys)-before), false
		}
		for _, b := range slices.Backward(s.buys[len(s.buys)-n:]) {
			if b.failed != "" {
				return b.failed, false
			}
		}
		return "", true
	})
}

// noneFailed requires that no purchase has failed and was not repeated.
func (s *day) noneFailed(id, sentence, why string) {
	s.mu.Lock()
	var failed []string
	for _, b := range s.buys {
		if b.failed != "" {
			failed = append(failed, b.failed)
		}
	}
	s.mu.Unlock()
	if len(failed) > 0 {
		s.t.Fail(check.Failure{ID: id, Sentence: sentence, Expected: "0", Seen: fmt.Sprintf("%d, the first: %s", len(failed), failed[0]), Why: why})
	}
}

// repeatFailed lets the customers repeat what has failed, with its key.
func (s *day) repeatFailed() {
	s.t.Step("the customers repeat what has failed")
	s.mu.Lock()
	var failed []*buy
	for _, b := range s.buys {
		if b.failed != "" {
			failed = append(failed, b)
		}
	}
	s.mu.Unlock()
	for _, b := range failed {
		s.order(b)
	}
	s.noneFailed("refused", "purchases fail that are repeated after order is back", "The cause is over, and nothing is in progress.")
}

// open are the orders that have not ended.
func (s *day) open(t *check.T) (ids []string) {
	rows, err := s.orders.Query(t.Context(), `SELECT id::text FROM orders WHERE status NOT IN (3, 5)`)
	t.Ours("read the orders", err)
	ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
	t.Ours("read the orders", err)
	return ids
}

// settles requires that each purchase was made once, and paid once.
func (s *day) settles() {
	t := s.t
	t.Step("the customers leave; every order comes to its end")
	var seen string
	ended := t.Within(4*patience, func() bool {
		dead, err := t.Broker().Depth("dlq." + queue)
		t.Ours("look at the dead letters", err)
		n := len(s.open(t))
		seen = settled(n, dead)
		return n == 0 || dead > 0
	})
	t.True(ended && seen == settled(0, 0), check.Failure{
		ID: "lost", Sentence: "orders of customers do not come to their end", Expected: "no open order, no dead letter", Seen: seen,
		Why: "An order that was accepted and hangs is lost. Follow its command: outbox, queue, consumer, dead letters.",
	})
	var orders, paid int
	err := s.orders.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE status = 3) FROM orders`).Scan(&orders, &paid)
	t.Ours("read the orders", err)
	n := len(s.buys)
	t.True(orders == n && paid == n, check.Failure{
		ID: "lost", Sentence: "the orders are not those that customers have made", Expected: fmt.Sprintf("%d orders, all of them PAID", n), Seen: fmt.Sprintf("%d orders, %d PAID", orders, paid),
		Why: "A purchase that is repeated with its key is the same purchase, and one that was accepted is not given up.",
	})
	wallet, err := s.Shop.Wallet(t.Context(), buyer)
	t.NoError("read the wallet", err)
	stock, err := s.Shop.Stock(t.Context(), "lamp")
	t.NoError("read the stock", err)
	seen = fmt.Sprintf("%d of money, %d pieces, %d reserved", wallet.Data.Balance.MinorUnits, stock.Data.Available, stock.Data.Reserved)
	want := fmt.Sprintf("%d of money, %d pieces, %d reserved", money-n*price, pieces-n, n)
	t.True(wallet.Status == http.StatusOK && seen == want, check.Failure{
		ID: "books", Sentence: "money and stock do not agree with the orders", Expected: want, Seen: seen, Why: "Each order takes its money and its pieces once.",
	})
}

func settled(open, dead int) string {
	return fmt.Sprintf("%d orders are open, %d messages are in dlq.%s", open, dead, queue)
}
