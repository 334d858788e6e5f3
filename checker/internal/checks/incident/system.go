// Package incident has the shop of the lessons in which learners look for planted faults: running services, products and customers.
package incident

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
	// Price is what a piece of every product costs, Money what a customer has, Pieces the stock of a product.
	Price  = 500
	Money  = 100_000
	Pieces = 100
	// Patience is how long something may take that takes milliseconds on an idle machine.
	Patience = 8 * time.Second
)

// System is a running shop with products on the shelves.
type System struct {
	*stack.Stack
	T *check.T
	// Buyer is a customer with money.
	Buyer string
}

// Open starts the services with this environment, fills the shelves, and buys one piece of each of the first products.
func Open(t *check.T, env map[string]string, skus ...string) *System {
	t.Step("start the four services on empty databases")
	s := &System{T: t, Buyer: uuid.NewString(), Stack: t.Stack(stack.Options{Env: env})}
	t.Baseline(func() {
		t.Step("fill the shelves and buy one of each product")
		t.Together(len(skus), func(i int) {
			s.Offer(skus[i], Price)
			stock, err := s.Shop.AdjustStock(t.Context(), skus[i], "stock-"+skus[i], Pieces)
			s.OK("the delivery of "+skus[i], stock.OK(), stock, err)
		})
		s.fund(s.Buyer)
		for _, sku := range skus[:min(len(skus), 3)] {
			s.Buy(s.Buyer, Piece(sku))
		}
	})
	return s
}

// Piece is one piece of a product.
func Piece(sku string) stack.Item { return stack.Item{SKU: sku, Quantity: 1, UnitPrice: Price} }

// Offer puts a product into the catalogue, or changes its price.
func (s *System) Offer(sku string, minorUnits int64) {
	product, err := s.Shop.PutProduct(s.T.Context(), sku, "Lamp "+sku, minorUnits)
	s.OK("the product "+sku, product.OK(), product, err)
}

func (s *System) fund(buyer string) {
	wallet, err := s.Shop.TopUp(s.T.Context(), buyer, "money-"+buyer, Money)
	s.OK("the top-up", wallet.OK(), wallet, err)
}

// Customer returns a new buyer with money.
func (s *System) Customer() string {
	buyer := uuid.NewString()
	s.fund(buyer)
	return buyer
}

// OK fails the check unless the shop gave a good answer.
func (s *System) OK(what string, ok bool, answer fmt.Stringer, err error) {
	s.T.NoError(what, err)
	s.T.True(ok, check.Failure{Sentence: what + " is refused", Expected: "a success", Seen: answer.String()})
}

// Buy buys the items and returns the paid order.
func (s *System) Buy(buyer string, items ...stack.Item) stack.Order {
	answer, err := s.Shop.Buy(s.T.Context(), buyer, uuid.NewString(), items...)
	s.OK("the purchase", answer.OK() && answer.Data.Status == "PAID", answer, err)
	return answer.Data
}

// Balance is what a customer has in the wallet.
func (s *System) Balance(buyer string) int64 {
	wallet, err := s.Shop.Wallet(s.T.Context(), buyer)
	s.OK("the wallet", wallet.OK(), wallet, err)
	return wallet.Data.Balance.MinorUnits
}

// StockOf is the stock of a product.
func (s *System) StockOf(sku string) stack.Stock {
	answer, err := s.Shop.Stock(s.T.Context(), sku)
	s.OK("the stock", answer.OK(), answer, err)
	return answer.Data
}

// Connect opens a connection to the database of a service, beside the service's own.
func (s *System) Connect(database string) *pgx.Conn {
	conn, err := pgx.Connect(s.T.Context(), s.T.Lease().Databases[database])
	s.T.Ours("connect to "+database, err)
	s.T.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}

// AgeSagas makes unsettled sagas look as if no process had touched them for an hour. It stands for the minutes that a check cannot wait.
func (s *System) AgeSagas() {
	_, err := s.Connect("order_db").Exec(s.T.Context(),
		`UPDATE saga_executions SET updated_at = updated_at - interval '1 hour' WHERE status IN ('RUNNING', 'COMPENSATING')`)
	s.T.Ours("set the clock of sagas back", err)
}
