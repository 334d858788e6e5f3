package incidentmvp

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const (
	price    = 500
	money    = 100_000
	pieces   = 100
	patience = 8 * time.Second
)

// shop is a running system with a buyer who has money.
type shop struct {
	*stack.Stack
	t     *check.T
	buyer string
}

// open starts the services and buys one piece of each product: the ordinary case.
func open(t *check.T, env map[string]string, skus ...string) *shop {
	t.Step("start the four services on empty databases")
	s := &shop{t: t, buyer: uuid.NewString(), Stack: t.Stack(stack.Options{Env: env})}
	t.Baseline(func() {
		t.Step("fill the shelves and buy one of each product")
		t.Together(len(skus), func(i int) {
			s.offer(skus[i], price)
			stock, err := s.Shop.AdjustStock(t.Context(), skus[i], "stock-"+skus[i], pieces)
			s.ok("the delivery of "+skus[i], stock.OK(), stock, err)
		})
		s.fund(s.buyer)
		for _, sku := range skus[:min(len(skus), 3)] {
			s.buy(s.buyer, lamp(sku))
		}
	})
	return s
}

func lamp(sku string) stack.Item { return stack.Item{SKU: sku, Quantity: 1, UnitPrice: price} }

func (s *shop) offer(sku string, minorUnits int64) {
	product, err := s.Shop.PutProduct(s.t.Context(), sku, "Lamp "+sku, minorUnits)
	s.ok("the product "+sku, product.OK(), product, err)
}

func (s *shop) fund(buyer string) {
	wallet, err := s.Shop.TopUp(s.t.Context(), buyer, "money-"+buyer, money)
	s.ok("the top-up", wallet.OK(), wallet, err)
}

// customer returns a new buyer with money.
func (s *shop) customer() string {
	buyer := uuid.NewString()
	s.fund(buyer)
	return buyer
}

func (s *shop) ok(what string, ok bool, answer fmt.Stringer, err error) {
	s.t.NoError(what, err)
	s.t.True(ok, check.Failure{Sentence: what + " is refused", Expected: "a success", Seen: answer.String()})
}

// buy buys the items and returns the paid order.
func (s *shop) buy(buyer string, items ...stack.Item) stack.Order {
	answer, err := s.Shop.CreateOrder(s.t.Context(), buyer, uuid.NewString(), items...)
	s.ok("the purchase", answer.OK() && answer.Data.Status == "PAID", answer, err)
	return answer.Data
}

func (s *shop) balance(buyer string) int64 {
	wallet, err := s.Shop.Wallet(s.t.Context(), buyer)
	s.ok("the wallet", wallet.OK(), wallet, err)
	return wallet.Data.Balance.MinorUnits
}

// connect opens a connection to the database of a service, beside the service's own.
func (s *shop) connect(database string) *pgx.Conn {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases[database])
	s.t.Ours("connect to "+database, err)
	s.t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}
