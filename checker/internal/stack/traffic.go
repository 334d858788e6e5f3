package stack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// shelf is what the demo sells; the last one is scarce, so that some purchases are refused.
var shelf = []struct {
	sku   string
	price int64
	stock int64
}{
	{"TEA-EARL-GREY", 490, 10_000}, {"COFFEE-ESPRESSO", 790, 10_000}, {"MUG-BLUE", 1250, 10_000},
	{"KETTLE-STEEL", 3900, 10_000}, {"GRINDER-RARE", 8900, 5},
}

// buyers are the demo's customers; the first is the one of the printed commands.
var buyers = []string{
	"a1111111-1111-4111-8111-111111111111", "b2222222-2222-4222-8222-222222222222", "c3333333-3333-4333-8333-333333333333",
	"d4444444-4444-4444-8444-444444444444",
}

// seed fills shelves and wallets.
func (d *Demo) seed(ctx context.Context) error {
	shop := d.Stack.Shop
	if shop == nil {
		return errNoGateway
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for _, product := range shelf {
		answer, err := shop.AdjustStock(ctx, product.sku, "seed-"+product.sku, product.stock)
		if err == nil && !answer.OK() {
			err = fmt.Errorf("%s", answer)
		}
		if err != nil {
			return fmt.Errorf("put %s on the shelf: %w", product.sku, err)
		}
	}
	for _, buyer := range buyers {
		answer, err := shop.TopUp(ctx, buyer, "seed-"+buyer, 100_000)
		if err == nil && !answer.OK() {
			err = fmt.Errorf("%s", answer)
		}
		if err != nil {
			return fmt.Errorf("fill a wallet: %w", err)
		}
	}
	return nil
}

// shopper is one customer of the traffic: mostly he buys, and now and then changes his mind; sometimes he only looks, or tops up, by as much
// as is spent meanwhile.
func (d *Demo) shopper(ctx context.Context, n int, r *rand.Rand) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	shop, buyer, key := d.Stack.Shop, buyers[r.IntN(len(buyers))], fmt.Sprintf("demo-%d", n)
	begin := time.Now()
	switch dice := r.IntN(10); {
	case dice < 6:
		product := shelf[r.IntN(len(shelf))]
		answer, err := shop.CreateOrder(ctx, buyer, key, Item{SKU: product.sku, Quantity: 1 + r.IntN(3), UnitPrice: product.price})
		d.counts.purchase(answer, err, time.Since(begin))
		if err == nil && answer.OK() && r.IntN(6) == 0 {
			_, err = shop.Do(ctx, Ask{Kind: "cancel_order", Method: http.MethodDelete, Path: "/v1/orders/" + answer.Data.ID, User: buyer})
		}
		return err
	case dice < 9:
		_, err := shop.ListOrders(ctx, buyer, 5, "")
		return err
	default:
		_, err := shop.TopUp(ctx, buyer, key, 15_000)
		return err
	}
}

// tally counts what became of the purchases.
type tally struct {
	mu                      sync.Mutex
	paid, refused, troubled int
	last                    string
	longest                 time.Duration
}

func (t *tally) purchase(answer Answer[Order], err error, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.longest = max(t.longest, took)
	switch {
	case err != nil:
		t.troubled++
		t.last = err.Error()
	case answer.OK():
		t.paid++
	case answer.Code == 1003:
		t.refused++
	default:
		t.troubled++
		t.last = answer.String()
	}
}

func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := fmt.Sprintf("%d purchases paid, %d refused, %d in trouble, longest %s",
		t.paid, t.refused, t.troubled, t.longest.Round(time.Millisecond))
	if t.last != "" {
		text += "; last trouble: " + t.last
	}
	return text
}

// describe says where things are and what to type.
func (d *Demo) describe() {
	d.User = buyers[0]
	d.Token = d.Stack.Keys.User(d.User)
	for _, name := range []string{"gateway", "order", "inventory", "wallet"} {
		service := d.Stack.Service(name)
		if service == nil {
			continue
		}
		addr := service.Addr + " (gRPC)"
		if service.kind.http {
			addr = d.Stack.Gateway
		}
		d.URLs = append(d.URLs, [2]string{name, addr + "  metrics http://" + service.MetricsAddr + "/metrics"})
	}
	item := fmt.Sprintf(`{"currency":"EUR","items":[{"sku":%q,"quantity":1,"unit_price":%d}]}`, shelf[0].sku, shelf[0].price)
	d.Curl = []string{
		d.curl("POST", "/v1/orders", d.Token, "mine-1", item),
		d.curl("GET", "/v1/orders?page_size=5", d.Token, "", ""),
		d.curl("GET", "/v1/wallets/me?currency=EUR", d.Token, "", ""),
		d.curl("GET", "/v1/wallets/me/entries?currency=EUR", d.Token, "", ""),
		d.curl("POST", "/v1/wallets/me/top-ups", d.Token, "mine-2", `{"minor_units":1000,"currency":"EUR"}`),
		d.curl("GET", "/v1/stock/"+shelf[0].sku, d.Token, "", ""),
		d.curl("POST", "/v1/stock/"+shelf[0].sku+"/adjustments", d.Stack.Keys.Admin(), "mine-3", `{"delta":10}`),
	}
}

func (d *Demo) curl(method, path, token, key, body string) string {
	parts := []string{`curl -sS -w '\n'`}
	if method != "GET" {
		parts = append(parts, "-X "+method)
	}
	parts = append(parts, "'"+d.Stack.Gateway+path+"'", "-H 'Authorization: Bearer "+token+"'")
	if key != "" {
		parts = append(parts, "-H 'Idempotency-Key: "+key+"'")
	}
	if body != "" {
		parts = append(parts, "-H 'Content-Type: application/json' -d '"+body+"'")
	}
	return strings.Join(parts, " ")
}
