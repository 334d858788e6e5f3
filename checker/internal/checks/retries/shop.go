package retries

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const (
	price = 500
	// maxAttempts is that of the task.
	maxAttempts = 3
	// unused is an address of a service that the check does not need.
	unused = "127.0.0.1:1"
)

// answer is what the gateway said to any request.
type answer = stack.Answer[json.RawMessage]

// shop is a running system with a product.
type shop struct {
	*stack.Stack
	t          *check.T
	buyer, sku string
}

// open starts the services and shows that the ordinary case works. The gateway gets the address of nothing for those that are absent.
func open(t *check.T, absent ...string) *shop {
	t.Step("start the services")
	s := &shop{t: t, buyer: uuid.NewString()}
	targets := map[string]string{}
	for _, service := range absent {
		targets[strings.ToUpper(service)+"_TARGET"] = unused
	}
	s.Stack = t.Stack(stack.Options{
		Env: map[string]string{
			"REQUEST_TIMEOUT": "60s", "CATALOGUE_CACHE_LOAD_TIMEOUT": "30s",
			"INVENTORY_BREAKER_MIN_REQUESTS": "1000", // the breaker would end the repetitions, and is not what is judged
		},
		ServiceEnv: map[string]map[string]string{"gateway": targets},
	})
	t.Baseline(func() {
		s.sku = s.product()
		s.reads(1)
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

// read asks for the stock of the product.
func (s *shop) read() stack.Answer[stack.Stock] {
	stock, err := s.Shop.Stock(s.t.Context(), s.sku)
	s.t.NoError("read the stock", err)
	return stock
}

// reads asks n times and requires answers: that also fills the budget of repetitions.
func (s *shop) reads(n int) {
	for range n {
		stock := s.read()
		s.t.True(stock.OK(), check.Failure{Sentence: "a read was refused while nothing fails", Expected: "200", Seen: stock.String()})
	}
}

func (s *shop) do(what string, a stack.Ask) answer {
	got, err := s.Shop.Do(s.t.Context(), a)
	s.t.NoError(what, err)
	return got
}

// tap counts the calls of a method on a link from now on.
type tap struct {
	link   *fault.Link
	method string
	before int
}

func watch(link *fault.Link, method string) tap {
	return tap{link, method, len(link.Calls(method))}
}

func (t tap) calls() []fault.Call { return t.link.Calls(t.method)[t.before:] }

func (t tap) count() int { return len(t.calls()) }

// pauses returns the times between the calls.
func (t tap) pauses() (pauses []time.Duration) {
	calls := t.calls()
	for i := 1; i < len(calls); i++ {
		pauses = append(pauses, calls[i].Begin.Sub(calls[i-1].Begin).Round(time.Millisecond))
	}
	return pauses
}

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

// is503 reports whether a failed call was reported as such.
func is503(a answer) bool { return a.Status == http.StatusServiceUnavailable }

// order orders a product.
func (s *shop) order(ctx context.Context, sku string) (stack.Answer[stack.Order], error) {
	return s.Shop.CreateOrder(ctx, s.buyer, uuid.NewString(), stack.Item{SKU: sku, Quantity: 1, UnitPrice: price})
}
