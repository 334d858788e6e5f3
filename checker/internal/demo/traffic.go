package demo

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"shop/platform/mtls"

	"stagecraft/checker/internal/stack"
)

// shelf is what the demo sells; the last one is scarce, so that some purchases are refused.
var shelf = []struct {
	sku, name string
	price     int64
	stock     int64
}{
	{"TEA-EARL-GREY", "Earl Grey", 490, 10_000}, {"COFFEE-ESPRESSO", "Espresso", 790, 10_000}, {"MUG-BLUE", "Blue mug", 1250, 10_000},
	{"KETTLE-STEEL", "Steel kettle", 3900, 10_000}, {"GRINDER-RARE", "Hand grinder", 8900, 5},
}

// buyers are the demo's customers; the first is the one of the printed commands.
var buyers = []string{
	"a1111111-1111-4111-8111-111111111111", "b2222222-2222-4222-8222-222222222222", "c3333333-3333-4333-8333-333333333333",
	"d4444444-4444-4444-8444-444444444444",
}

// seed fills shelves and wallets.
func (d *Demo) seed(ctx context.Context) error {
	shop := d.shop
	if shop == nil {
		return errNoGateway
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for _, product := range shelf {
		put, err := shop.PutProduct(ctx, product.sku, product.name, product.price)
		if err == nil && !put.OK() {
			err = fmt.Errorf("%s", put)
		}
		if err != nil {
			return fmt.Errorf("put %s into the catalogue: %w", product.sku, err)
		}
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

// shopper is one customer of the traffic: it mostly buys, and now and then cancels; sometimes it only reads, or tops up, by as much
// as is spent meanwhile.
func (d *Demo) shopper(ctx context.Context, n int, r *rand.Rand) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	shop, buyer, key := d.shop, buyers[r.IntN(len(buyers))], fmt.Sprintf("demo-%d", n)
	begin := time.Now()
	switch dice := r.IntN(10); {
	case dice < 6:
		product := shelf[r.IntN(len(shelf))]
		answer, err := shop.Buy(ctx, buyer, key, stack.Item{SKU: product.sku, Quantity: 1 + r.IntN(3), UnitPrice: product.price})
		d.counts.purchase(answer, err, time.Since(begin))
		if err == nil && answer.OK() && answer.Data.Status == "PAID" && r.IntN(6) == 0 {
			_, err = shop.Do(ctx, stack.Ask{Kind: "cancel_order", Method: http.MethodDelete, Path: "/v1/orders/" + answer.Data.ID, User: buyer})
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

func (t *tally) purchase(answer stack.Answer[stack.Order], err error, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.longest = max(t.longest, took)
	switch {
	case err != nil:
		t.troubled++
		t.last = err.Error()
	case answer.OK() && answer.Data.Status != "CANCELLED":
		t.paid++
	case answer.Code == 1003, answer.OK(): // at once, or by the saga
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
	for _, name := range stack.Names() {
		service := d.Stack.Service(name)
		if service == nil {
			continue
		}
		addr := service.Addr + " (gRPC)"
		if service.HTTP() {
			addr = d.Stack.Gateway
		}
		d.URLs = append(d.URLs, [2]string{name, addr + "  metrics http://" + service.MetricsAddr + "/metrics"})
	}
	for _, name := range slices.Sorted(maps.Keys(d.lease.Databases)) {
		d.URLs = append(d.URLs, [2]string{"database", "psql '" + d.lease.Databases[name] + "'"})
	}
	d.Curl = samples(d.Stack.Gateway, d.Token, d.Stack.Keys.Admin())
	item := fmt.Sprintf(`{"items":[{"sku":%q,"quantity":1}]}`, shelf[0].sku)
	if d.lease.AMQPURL != "" {
		d.Follow = curl(d.Stack.Gateway, "POST", "/v1/orders", d.Token, "mine-4", item) + ` -o /dev/null -D - | sed -n 's/^Location: *\([^[:cntrl:]]*\).*/\1/p' |` +
			` xargs -I LOCATION curl -sS -N '` + d.Stack.Gateway + `LOCATION/events' -H 'Authorization: Bearer ` + d.Token + `'`
	}
}

// samples are commands that work as they stand.
func samples(gateway, token, admin string) []string {
	item := fmt.Sprintf(`{"items":[{"sku":%q,"quantity":1}]}`, shelf[0].sku)
	return []string{
		curl(gateway, "POST", "/v1/orders", token, "mine-1", item),
		curl(gateway, "GET", "/v1/orders?page_size=5", token, "", ""),
		curl(gateway, "GET", "/v1/wallets/me?currency=EUR", token, "", ""),
		curl(gateway, "GET", "/v1/wallets/me/entries?currency=EUR", token, "", ""),
		curl(gateway, "POST", "/v1/wallets/me/top-ups", token, "mine-2", `{"minor_units":1000,"currency":"EUR"}`),
		curl(gateway, "GET", "/v1/stock/"+shelf[0].sku, token, "", ""),
		curl(gateway, "POST", "/v1/stock/"+shelf[0].sku+"/adjustments", admin, "mine-3", `{"delta":10}`),
	}
}

func curl(gateway, method, path, token, key, body string) string {
	parts := []string{`curl -sS -w '\n'`}
	if method != "GET" {
		parts = append(parts, "-X "+method)
	}
	parts = append(parts, "'"+gateway+path+"'", "-H 'Authorization: Bearer "+token+"'")
	if key != "" {
		parts = append(parts, "-H 'Idempotency-Key: "+key+"'")
	}
	if body != "" {
		parts = append(parts, "-H 'Content-Type: application/json' -d '"+body+"'")
	}
	return strings.Join(parts, " ")
}

// describeProvider says how to make payments go wrong.
func (d *Demo) describeProvider() {
	provider := d.Stack.Provider
	if provider == nil {
		return
	}
	d.URLs = append(d.URLs, [2]string{"provider", provider.URL() + "  (card payments; what was charged: /charges)"})
	d.Faults = `curl -sS -w '\n' -X PUT '` + provider.URL() +
		`/faults' -d '{"faults":[{"kind":"answer_lost","operation":"charge","count":1}]}'`
}

// describeGRPC says how to call a service that wants a certificate.
func (d *Demo) describeGRPC() {
	certificates, order := d.Stack.Certificates, d.Stack.Service("order")
	if certificates == nil || order == nil {
		return
	}
	operator := certificates.File(mtls.Operator)
	d.GRPC = fmt.Sprintf("go tool -modfile='%s/tools/go.mod' grpcurl -cacert '%s' -cert '%s' -key '%s' -servername order -H '%s' %s %s",
		d.options.Root, certificates.Bundle(), operator, operator, "Authorization: Bearer "+d.Token, order.Addr, "order.v1.OrderService/ListOrders")
}
