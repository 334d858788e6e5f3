package circuitbreaker

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

const (
	price = 500
	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 15 * time.Second
	// openFor is how long the breakers of the shop stay open.
	openFor = 1500 * time.Millisecond

	circuitOpen = "CIRCUIT_OPEN"
	busy        = "DEPENDENCY_BUSY"
)

// shop is a running system with a product and a buyer who has money.
type shop struct {
	*stack.Stack
	t          *check.T
	front      *front
	buyer, sku string
}

// open starts the services with these variables and shows that the ordinary case works.
func open(t *check.T, env map[string]string) *shop {
	t.Step("start the four services")
	f := newFront()
	t.Cleanup(func(context.Context) { f.close() })
	s := &shop{t: t, front: f, buyer: uuid.NewString()}
	s.Stack = t.Stack(stack.Options{Env: env, ServiceEnv: map[string]map[string]string{"wallet": {"PAYMENT_URL": f.server.URL}}})
	f.lead(t, s.Provider.URL())
	t.Baseline(func() {
		s.sku = s.product()
		answer, err := s.topUp(t.Context())
		s.ok("top up the wallet by card", answer, err)
		s.buys("buy a lamp")
	})
	return s
}

// product puts a new product with stock into the catalogue.
func (s *shop) product() string {
	sku := "LAMP-" + uuid.NewString()[:8]
	product, err := s.Shop.PutProduct(s.t.Context(), sku, "Lamp", price)
	s.t.NoError("put a product into the catalogue", err)
	s.t.True(product.OK(), check.Failure{Sentence: "a product was not accepted", Expected: "200", Seen: product.String()})
	stock, err := s.Shop.AdjustStock(s.t.Context(), sku, uuid.NewString(), 1000)
	s.t.NoError("put stock on the shelf", err)
	s.t.True(stock.OK(), check.Failure{Sentence: "stock was not accepted", Expected: "200", Seen: stock.String()})
	return sku
}

func (s *shop) topUp(ctx context.Context) (stack.Answer[stack.Wallet], error) {
	return s.Shop.TopUp(ctx, s.buyer, uuid.NewString(), 10_000)
}

func (s *shop) order(ctx context.Context, sku string) (stack.Answer[stack.Order], error) {
	return s.Shop.CreateOrder(ctx, s.buyer, uuid.NewString(), stack.Item{SKU: sku, Quantity: 1, UnitPrice: price})
}

func (s *shop) ok(doing string, answer stack.Answer[stack.Wallet], err error) {
	s.t.NoError(doing, err)
	s.t.True(answer.OK(), check.Failure{Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String()})
}

// buys requires that a purchase ends PAID.
func (s *shop) buys(doing string) {
	done := s.t.WaitingOn("the purchase ends")
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	answer, err := s.Shop.Buy(ctx, s.buyer, uuid.NewString(), stack.Item{SKU: s.sku, Quantity: 1, UnitPrice: price})
	s.t.NoError(doing, err)
	s.t.True(answer.OK() && answer.Data.Status == "PAID", check.Failure{
		ID: "others", Sentence: doing + ": the order is not paid", Expected: "PAID", Seen: answer.String() + " " + answer.Data.Status,
	})
	done()
}

// reads requires answers to reads of wallet and orders.
func (s *shop) reads(while string) {
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	wallet, err := s.Shop.Wallet(ctx, s.buyer)
	s.t.NoError("read the wallet "+while, err)
	orders, err := s.Shop.ListOrders(ctx, s.buyer, 10, "")
	s.t.NoError("read the orders "+while, err)
	s.t.True(wallet.OK() && orders.OK(), check.Failure{
		ID: "others", Sentence: "a read was refused " + while,
		Expected: "200 and 200",
		Seen:     fmt.Sprintf("%d and %d", wallet.Status, orders.Status),
		Why:      "one dependency that is down must not take the rest of the shop with it",
	})
}

// is503 requires the answer to a call that was not made.
func (s *shop) is503(what, reason string, status int, header http.Header, got, text string) {
	s.t.True(status == http.StatusServiceUnavailable && got == reason, check.Failure{
		ID: "answer", Sentence: what + " got the wrong answer", Expected: "503 with the reason " + reason, Seen: text,
		Why: "the call was not made and nothing is uncertain: the client may repeat it later, and must know that",
	})
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	s.t.True(err == nil && seconds > 0, check.Failure{
		ID: "answer", Sentence: what + " is not told when to come back",
		Expected: "the header Retry-After",
		Seen:     fmt.Sprintf("%q", header.Get("Retry-After")),
	})
}

// awaitState waits until the metric shows the state of the breaker of a dependency.
func (s *shop) awaitState(service, dependency string, want float64, what string) {
	s.t.Eventually("the metric circuit_breaker_state of "+dependency+" is "+fmt.Sprint(want)+" ("+what+")",
		patience, func(ctx context.Context) (string, bool) {
			metrics, err := telemetry.Scrape(ctx, s.Service(service).MetricsAddr)
			if err != nil {
				return err.Error(), false
			}
			got, found := metrics.Sum("circuit_breaker_state", map[string]string{"dependency": dependency})
			if !found {
				return "no such series", false
			}
			return fmt.Sprint(got), got == want
		})
}

// inTime stops the check as unknown when what was judged since then may have come after the breaker was half-open.
func (s *shop) inTime(since time.Time) {
	if took := time.Since(since); took > openFor {
		s.t.Unknown(fmt.Sprintf("the machine is too busy: what must happen within %s of an open breaker took %s", openFor, took.Round(time.Millisecond)))
	}
}

// topUps are top-ups under way.
type topUps struct {
	mu       sync.Mutex
	answers  []stack.Answer[stack.Wallet]
	failures []error
	sent     int
}

// send starts n top-ups at the same moment and does not wait for them.
func (s *shop) send(sent *topUps, n int) {
	sent.mu.Lock()
	sent.sent += n
	sent.mu.Unlock()
	for range n {
		s.t.Go(func() {
			answer, err := s.topUp(s.t.Context())
			sent.mu.Lock()
			defer sent.mu.Unlock()
			if err != nil {
				sent.failures = append(sent.failures, err)
				return
			}
			sent.answers = append(sent.answers, answer)
		})
	}
}

// count returns how many top-ups were answered with success, were refused with the reason, and how many got anything else, with
// one of those.
func (u *topUps) count(reason string) (good, refused, other int, example string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	other = len(u.failures)
	if other > 0 {
		example = u.failures[0].Error()
	}
	for _, a := range u.answers {
		switch {
		case a.OK():
			good++
		case a.Reason == reason:
			refused++
		default:
			other, example = other+1, a.String()
		}
	}
	return good, refused, other, example
}

func (u *topUps) answered() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.answers) + len(u.failures)
}
