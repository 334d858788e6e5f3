package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/stack"
)

const (
	price     = 490
	stock     = 1_000_000
	money     = 1_000_000_000
	skus      = 20
	mostKnown = 500
)

// Buyer is a customer with a token.
type Buyer struct{ ID, Token string }

// Options say whose traffic goes where.
type Options struct {
	// Base is the address of the gateway.
	Base string
	// Buyers are at least one. Admin is a token; without it shelves are not filled.
	Buyers []Buyer
	Admin  string
	Mix    Mix
	// Connections is how many idle connections are kept.
	Connections int
}

// Traffic makes requests of the mix.
type Traffic struct {
	options Options
	client  *client
	run     string // makes the keys and names of this run its own

	mu     sync.Mutex
	orders []known // a ring of the newest
	next   int
}

// known is an order that can be read or cancelled.
type known struct {
	id    string
	buyer Buyer
}

// New returns traffic that has bought nothing yet.
func New(options Options) *Traffic {
	return &Traffic{options: options, client: newClient(options.Base, options.Connections), run: uuid.NewString()[:8]}
}

// Buyers makes customers whose tokens are signed with the keys.
func Buyers(keys *stack.Keys, n int) []Buyer {
	buyers := make([]Buyer, n)
	for i := range buyers {
		id := uuid.NewString()
		buyers[i] = Buyer{ID: id, Token: keys.User(id)}
	}
	return buyers
}

// Login returns a customer or admin for a name and password.
func Login(ctx context.Context, base, username, password string) (Buyer, error) {
	a, err := newClient(base, 1).ask(ctx, http.MethodPost, "/v1/login", "", "", map[string]string{"username": username, "password": password})
	if err != nil {
		return Buyer{}, fmt.Errorf("log in as %s: %w", username, err)
	}
	var login struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(a.Data, &login); err != nil || login.AccessToken == "" {
		return Buyer{}, fmt.Errorf("log in as %s: status %d, %s", username, a.Status, a.Reason)
	}
	return Buyer{ID: username, Token: login.AccessToken}, nil
}

func (t *Traffic) sku(i int) string { return fmt.Sprintf("LOAD-%02d", i) }

// Seed fills shelves and wallets, and buys one thing for each buyer.
func (t *Traffic) Seed(ctx context.Context) error {
	for i := range skus {
		if t.options.Admin == "" {
			break
		}
		body := map[string]any{"name": "Load test", "unit_price": stack.Money{MinorUnits: price, Currency: "EUR"}}
		if err := t.must(ctx, http.MethodPut, "/v1/products/"+t.sku(i), t.options.Admin, "", body); err != nil {
			return err
		}
		key := fmt.Sprintf("load-%s-%d", t.run, i)
		if err := t.must(ctx, http.MethodPost, "/v1/stock/"+t.sku(i)+"/adjustments", t.options.Admin, key, map[string]any{"delta": stock}); err != nil {
			return err
		}
	}
	for i, buyer := range t.options.Buyers {
		key := fmt.Sprintf("load-%s-%d", t.run, i)
		if err := t.must(ctx, http.MethodPost, "/v1/wallets/me/top-ups", buyer.Token, key, stack.Money{MinorUnits: money, Currency: "EUR"}); err != nil {
			return err
		}
		if outcome := t.createOrder(ctx, buyer, key, i); outcome.Class != load.Good {
			return fmt.Errorf("the first purchase: %s", outcome.Reason)
		}
	}
	return nil
}

func (t *Traffic) must(ctx context.Context, method, path, token, key string, body any) error {
	a, err := t.client.ask(ctx, method, path, token, key, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if a.Status >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: status %d, %s", method, path, a.Status, a.Reason)
	}
	return nil
}

// Settle waits until a list of orders is answered three times in a row within limit, at most for patience.
func (t *Traffic) Settle(ctx context.Context, limit, patience time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for quick := 0; quick < 3 && ctx.Err() == nil; quick++ {
		began := time.Now()
		if outcome := t.listOrders(ctx, t.options.Buyers[0], "", 0); outcome.Class != load.Good || time.Since(began) > limit {
			quick = -1
			select {
			case <-time.After(limit / 4):
			case <-ctx.Done():
			}
		}
	}
}

// operations by name. key is unique; n is any number of the request's own.
var operations = map[string]func(t *Traffic, ctx context.Context, buyer Buyer, key string, n int) load.Outcome{
	"list_orders":  (*Traffic).listOrders,
	"get_order":    (*Traffic).getOrder,
	"get_wallet":   (*Traffic).getWallet,
	"get_stock":    (*Traffic).getStock,
	"create_order": (*Traffic).createOrder,
	"cancel_order": (*Traffic).cancelOrder,
}

// Do makes request n of a step.
func (t *Traffic) Do(ctx context.Context, _ int, r *rand.Rand) load.Outcome {
	name := t.options.Mix.pick(r)
	buyer := t.options.Buyers[r.IntN(len(t.options.Buyers))]
	outcome := operations[name](t, ctx, buyer, uuid.NewString(), r.IntN(1<<30))
	outcome.Kind = name
	return outcome
}

func (t *Traffic) listOrders(ctx context.Context, buyer Buyer, _ string, _ int) load.Outcome {
	return judge(t.client.ask(ctx, http.MethodGet, "/v1/orders?page_size=10", buyer.Token, "", nil))
}

func (t *Traffic) getWallet(ctx context.Context, buyer Buyer, _ string, _ int) load.Outcome {
	return judge(t.client.ask(ctx, http.MethodGet, "/v1/wallets/me?currency=EUR", buyer.Token, "", nil))
}

func (t *Traffic) getStock(ctx context.Context, buyer Buyer, _ string, n int) load.Outcome {
	return judge(t.client.ask(ctx, http.MethodGet, "/v1/stock/"+t.sku(n%skus), buyer.Token, "", nil))
}

func (t *Traffic) getOrder(ctx context.Context, buyer Buyer, key string, n int) load.Outcome {
	order, ok := t.order(n, false)
	if !ok {
		return t.listOrders(ctx, buyer, key, n)
	}
	return judge(t.client.ask(ctx, http.MethodGet, "/v1/orders/"+order.id, order.buyer.Token, "", nil))
}

func (t *Traffic) createOrder(ctx context.Context, buyer Buyer, key string, n int) load.Outcome {
	body := stack.Purchase(stack.Item{SKU: t.sku(n % skus), Quantity: 1, UnitPrice: price})
	a, err := t.client.ask(ctx, http.MethodPost, "/v1/orders", buyer.Token, key, body)
	var order stack.Order
	if err == nil && json.Unmarshal(a.Data, &order) == nil && order.ID != "" {
		t.remember(known{order.ID, buyer})
	}
	return judge(a, err)
}

// cancelOrder cancels each order once. An order that cannot be cancelled any more is refused by rule: a good answer.
func (t *Traffic) cancelOrder(ctx context.Context, buyer Buyer, key string, n int) load.Outcome {
	order, ok := t.order(n, true)
	if !ok {
		return t.createOrder(ctx, buyer, key, n)
	}
	a, err := t.client.ask(ctx, http.MethodDelete, "/v1/orders/"+order.id, order.buyer.Token, "", nil)
	if err == nil && a.Status == http.StatusConflict {
		return load.Outcome{Class: load.Good}
	}
	return judge(a, err)
}

func judge(a answer, err error) load.Outcome {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return load.Outcome{Class: load.Failed, Reason: load.ReasonNoAnswer}
	case err != nil:
		return load.Outcome{Class: load.Failed, Reason: "connection failed"}
	case a.Reason == "OVERLOADED":
		return load.Outcome{Class: load.Shed, Reason: a.Reason}
	case a.Status < http.StatusMultipleChoices && a.Reason == "":
		return load.Outcome{Class: load.Good}
	case a.Reason != "":
		return load.Outcome{Class: load.Failed, Reason: fmt.Sprintf("%d %s", a.Status, a.Reason)}
	default:
		return load.Outcome{Class: load.Failed, Reason: fmt.Sprint(a.Status)}
	}
}

func (t *Traffic) remember(order known) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.orders) < mostKnown {
		t.orders = append(t.orders, order)
		return
	}
	t.orders[t.next%mostKnown] = order
	t.next++
}

// order returns one of the newest orders, and forgets it when it is taken.
func (t *Traffic) order(n int, take bool) (known, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.orders) == 0 {
		return known{}, false
	}
	i := n % len(t.orders)
	order := t.orders[i]
	if take {
		last := len(t.orders) - 1
		t.orders[i], t.orders = t.orders[last], t.orders[:last]
	}
	return order, true
}
