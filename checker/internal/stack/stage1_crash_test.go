package stack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"stagecraft/checker/internal/load"
)

const (
	crashSeed  = 20261121
	crashStock = 10_000
	crashRate  = 12
)

// Under load, a service dies before and after each call of a saga; then everything heals, and money and stock are counted.
func TestStage1Crashes_EveryStepUnderLoad_LoseNothing(t *testing.T) {
	t.Logf("seed %d", crashSeed)
	options := shop(t)
	options.Env = map[string]string{
		"SAGA_SCAN_INTERVAL": "200ms", "SAGA_STALE_AFTER": "2s", "SAGA_STEP_TIMEOUT": "1s",
		"COMPENSATION_TIMEOUT": "1s", "SAGA_RECORD_TIMEOUT": "500ms",
		"PAYMENT_SCAN_INTERVAL": "200ms", "PAYMENT_STALE_AFTER": "2s", "PAYMENT_TIMEOUT": "1s",
	}
	s := up(t, options)
	c := newCustomers(t, s)

	// The provider forgets to answer now and then, and now and then only says that it failed.
	require.NoError(t, s.Provider.SetFaults(crashSeed,
		paymentsim.Fault{Kind: paymentsim.AnswerLost, Probability: .2}, paymentsim.Fault{Kind: paymentsim.FailAfter, Probability: .2}))

	ctx, stop := context.WithCancel(t.Context())
	var traffic sync.WaitGroup
	var result load.Result
	traffic.Go(func() { result = load.Run(ctx, load.Plan{Rate: crashRate, Seed: crashSeed, Do: c.act}) })
	for _, call := range []struct{ callee, method string }{
		{"inventory", "Reserve"}, {"wallet", "Deduct"}, {"inventory", "Release"}, {"wallet", "Refund"},
	} {
		for _, victim := range []string{"order", call.callee} {
			for _, when := range []string{"call", "answer"} {
				strike(t, s, call.callee, call.method, victim, when)
				c.awaitBusiness()
			}
		}
	}
	stop()
	traffic.Wait()
	require.NoError(t, s.Provider.SetFaults(crashSeed))
	t.Logf("%d requests, %d without a final answer; orders paid %d, cancelled %d, refused %d, top-ups %d",
		result.Sent, result.Failed, c.count["paid"], c.count["cancelled"], c.count["refused"], c.count["topped up"])
	for _, err := range result.Errors {
		t.Log(err)
	}
	c.settle()
	c.balance()
}

// strike waits until the call, or its answer, is on its way, kills the victim, and starts it again.
func strike(t *testing.T, s *Stack, callee, method, victim, when string) {
	t.Helper()
	link := s.Call("order", callee)
	hold := link.HoldCall
	if when == "answer" {
		hold = link.HoldAnswer
	}
	held := hold(method, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, held.Wait(ctx), "nothing called %s", method)
	require.NoError(t, s.Service(victim).Kill())
	held.Drop()
	require.NoError(t, s.Service(victim).Restart(ctx, nil))
}

// customers buy, repeat themselves, change their minds and top up, each one after a seed.
type customers struct {
	t     *testing.T
	s     *Stack
	names []string
	async bool // a purchase is accepted first and ends later

	mu    sync.Mutex
	count map[string]int
	paid  map[string][]string // order ids by buyer
}

func newCustomers(t *testing.T, s *Stack) *customers {
	t.Helper()
	c := &customers{t: t, s: s, count: map[string]int{}, paid: map[string][]string{}}
	for sku, price := range map[string]int64{"tea": 200, "gold": 50_000_000} {
		product, err := s.Shop.PutProduct(t.Context(), sku, sku, price)
		require.NoError(t, err)
		require.True(t, product.OK(), product.String())
		stocked, err := s.Shop.AdjustStock(t.Context(), sku, "stock-"+sku, crashStock)
		require.NoError(t, err)
		require.True(t, stocked.OK(), stocked.String())
	}
	for range 8 {
		name := uuid.NewString()
		topped, err := s.Shop.TopUp(t.Context(), name, "money", 5_000)
		require.NoError(t, err)
		require.True(t, topped.OK(), topped.String())
		c.names = append(c.names, name)
	}
	return c
}

// awaitBusiness returns when the shop sells and takes back again.
func (c *customers) awaitBusiness() {
	c.t.Helper()
	sofar := func() (paid, cancelled int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.count["paid"], c.count["cancelled"]
	}
	paid, cancelled := sofar()
	require.Eventually(c.t, func() bool {
		nowPaid, nowCancelled := sofar()
		return nowPaid >= paid+3 && nowCancelled > cancelled
	}, 30*time.Second, 20*time.Millisecond, "nothing is sold or taken back any more")
}

func (c *customers) act(ctx context.Context, n int, r *rand.Rand) error {
	buyer := c.names[r.IntN(len(c.names))]
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	switch p := r.Float64(); {
	case p < .65:
		return c.buy(ctx, buyer, fmt.Sprintf("order-%d", n), Item{SKU: "tea", Quantity: 1 + r.IntN(3), UnitPrice: 200})
	case p < .75: // more than any buyer has
		return c.buy(ctx, buyer, fmt.Sprintf("dear-%d", n), Item{SKU: "gold", Quantity: 1, UnitPrice: 50_000_000})
	case p < .92:
		return c.cancel(ctx, buyer)
	default:
		return c.topUp(ctx, buyer, fmt.Sprintf("top-up-%d", n))
	}
}

// buy sends each order twice: the second time, as a client does that has lost its patience.
func (c *customers) buy(ctx context.Context, buyer, key string, item Item) error {
	first, firstErr := c.s.Shop.CreateOrder(ctx, buyer, key, item)
	again, againErr := c.s.Shop.CreateOrder(ctx, buyer, key, item)
	if firstErr == nil && first.OK() && c.async {
		first, firstErr = c.follow(ctx, buyer, first.Data.ID)
	}
	if firstErr == nil && againErr == nil && first.OK() && again.OK() && first.Data.ID != again.Data.ID {
		c.t.Errorf("one key bought two orders: %s and %s", first.Data.ID, again.Data.ID)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case firstErr == nil && first.OK() && first.Data.Status == "CANCELLED":
		c.count["refused"]++
	case firstErr == nil && first.OK():
		c.count["paid"]++
		c.paid[buyer] = append(c.paid[buyer], first.Data.ID)
	case firstErr == nil && first.Code == 1003:
		c.count["refused"]++
	default:
		return unanswered("order "+key, first, firstErr)
	}
	return nil
}

func (c *customers) cancel(ctx context.Context, buyer string) error {
	c.mu.Lock()
	orders := c.paid[buyer]
	if len(orders) == 0 {
		c.mu.Unlock()
		return nil
	}
	id := orders[len(orders)-1]
	c.paid[buyer] = orders[:len(orders)-1]
	c.mu.Unlock()
	answer, err := c.s.Shop.Do(ctx, Ask{Method: http.MethodDelete, Path: "/v1/orders/" + id, User: buyer})
	if err != nil || answer.Status != http.StatusNoContent {
		return unanswered("cancel "+id, answer, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count["cancelled"]++
	return nil
}

func (c *customers) topUp(ctx context.Context, buyer, key string) error {
	answer, err := c.s.Shop.TopUp(ctx, buyer, key, 500)
	if err != nil || !answer.OK() {
		return unanswered("top up "+key, answer, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count["topped up"]++
	return nil
}

func unanswered(what string, answer fmt.Stringer, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %s", what, answer)
}

// settle waits until no saga and no payment is open.
func (c *customers) settle() {
	for database, query := range map[string]string{
		"order_db":  `SELECT count(*) FROM saga_executions WHERE status NOT IN ('COMPLETED', 'COMPENSATED')`,
		"wallet_db": `SELECT count(*) FROM payments WHERE status IN ('PENDING', 'CHARGED', 'VOIDING')`,
	} {
		conn, err := pgx.Connect(c.t.Context(), c.s.options.Databases[database])
		require.NoError(c.t, err)
		defer conn.Close(context.Background())
		require.Eventually(c.t, func() bool {
			var open int
			require.NoError(c.t, conn.QueryRow(c.t.Context(), query).Scan(&open))
			return open == 0
		}, 30*time.Second, 100*time.Millisecond, "%s: something is never settled", database)
	}
}

// balance counts: every wallet is what came in less what is paid for, and what is not on the shelf is paid for.
func (c *customers) balance() {
	sold, cards := int64(0), int64(0)
	for _, buyer := range c.names {
		spent, cursor := int64(0), ""
		for {
			page, err := c.s.Shop.ListOrders(c.t.Context(), buyer, 100, cursor)
			require.NoError(c.t, err)
			require.True(c.t, page.OK(), page.String())
			for _, order := range page.Data.Orders {
				require.Contains(c.t, []string{"PAID", "CANCELLED"}, order.Status, "order %s", order.ID)
				if order.Status == "PAID" {
					spent += order.Total.MinorUnits
					sold += int64(order.Items[0].Quantity)
				}
			}
			if cursor = page.Data.NextCursor; cursor == "" {
				break
			}
		}
		wallet, err := c.s.Shop.Wallet(c.t.Context(), buyer)
		require.NoError(c.t, err)
		in := c.toppedUp(buyer)
		cards += in
		require.Equal(c.t, in-spent, wallet.Data.Balance.MinorUnits, "money of %s", buyer)
	}
	stock, err := c.s.Shop.Stock(c.t.Context(), "tea")
	require.NoError(c.t, err)
	require.Equal(c.t, crashStock-sold, stock.Data.Available, "pieces on the shelf")
	require.Equal(c.t, c.s.Provider.Net("EUR"), cards, "what the wallets got from cards is what the provider took")
}

func (c *customers) toppedUp(buyer string) (sum int64) {
	conn, err := pgx.Connect(c.t.Context(), c.s.options.Databases["wallet_db"])
	require.NoError(c.t, err)
	defer conn.Close(context.Background())
	const query = `SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_entries WHERE user_id = $1 AND kind IN (1, 4)`
	require.NoError(c.t, conn.QueryRow(c.t.Context(), query, buyer).Scan(&sum))
	return sum
}
