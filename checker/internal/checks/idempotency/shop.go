package idempotency

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const (
	sku   = "LAMP"
	price = 500
	stock = 100
)

// shop is a running system with a buyer who has done nothing yet and stock to buy.
type shop struct {
	*stack.Stack
	t     *check.T
	buyer string
}

// open starts the services and shows that the ordinary case works: stock comes in.
func open(t *check.T) *shop {
	t.Step("start the four services on an empty database")
	s := &shop{Stack: t.Stack(stack.Options{}), t: t, buyer: uuid.NewString()}
	t.Baseline(func() {
		answer, err := s.Shop.AdjustStock(t.Context(), sku, key("delivery"), stock)
		s.ok("put stock on the shelf", answer.Status, answer, err)
	})
	return s
}

// fund tops the buyer's wallet up, as part of the ordinary case.
func (s *shop) fund(minorUnits int64) {
	s.t.Baseline(func() {
		answer, err := s.Shop.TopUp(s.t.Context(), s.buyer, key("fund"), minorUnits)
		s.ok("top up the wallet", answer.Status, answer, err)
	})
}

func (s *shop) ok(doing string, status int, answer fmt.Stringer, err error) {
	s.t.NoError(doing, err)
	s.t.True(status/100 == 2, check.Failure{
		Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String(),
	})
}

// buy orders one piece, with the key.
func (s *shop) buy(ctx context.Context, key string) (stack.Answer[stack.Order], error) {
	return s.Shop.CreateOrder(ctx, s.buyer, key, stack.Item{SKU: sku, Quantity: 1, UnitPrice: price})
}

// mustBuy is buy where nothing but a paid order will do.
func (s *shop) mustBuy(doing, key string) stack.Answer[stack.Order] {
	answer, err := s.buy(s.t.Context(), key)
	s.ok(doing, answer.Status, answer, err)
	s.t.Equal("the order's status", "PAID", answer.Data.Status)
	return answer
}

// effects are what a buyer can see of his requests.
type effects struct {
	Orders  int
	Balance int64
	Sold    int64
}

func (e effects) String() string {
	if e.Orders == 0 && e.Sold == 0 {
		return fmt.Sprintf("balance %d", e.Balance)
	}
	return fmt.Sprintf("%d orders, %d pieces sold, balance %d", e.Orders, e.Sold, e.Balance)
}

// look reads the effects through the gateway.
func (s *shop) look(ctx context.Context) (effects, error) {
	orders, err := s.Shop.ListOrders(ctx, s.buyer, 100, "")
	if err != nil || !orders.OK() {
		return effects{}, unread("orders", orders, err)
	}
	wallet, err := s.Shop.Wallet(ctx, s.buyer)
	if err != nil || !wallet.OK() {
		return effects{}, unread("wallet", wallet, err)
	}
	shelf, err := s.Shop.Stock(ctx, sku)
	if err != nil || !shelf.OK() {
		return effects{}, unread("stock", shelf, err)
	}
	return effects{
		Orders: len(orders.Data.Orders), Balance: wallet.Data.Balance.MinorUnits, Sold: stock - shelf.Data.Available,
	}, nil
}

func unread(what string, answer fmt.Stringer, err error) error {
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return fmt.Errorf("read %s: %s", what, answer)
}

// settles waits until the effects are what they should be, and stay judged by the last that was seen.
func (s *shop) settles(want effects, because string) {
	var last effects
	s.t.Eventually("the buyer has "+want.String()+" ("+because+")", 3*time.Second, func(ctx context.Context) (string, bool) {
		now, err := s.look(ctx)
		if err != nil {
			return err.Error(), false
		}
		last = now
		// More than there should be never becomes less: no need to wait for it.
		if last.Orders > want.Orders || last.Balance > want.Balance {
			s.t.Fail(check.Failure{
				Sentence: "the request had its effect more than once", Expected: want.String(), Seen: last.String(), Why: because,
			})
		}
		return last.String(), last == want
	})
}

// same fails unless a repeated answer is the first one.
func (s *shop) same(first, again stack.Answer[stack.Order], err error) {
	s.t.NoError("repeat the order", err)
	s.t.True(again.Status == first.Status && again.Code == first.Code && again.Data.ID == first.Data.ID, check.Failure{
		Sentence: "the same request with the same key got another answer",
		Expected: describe(first), Seen: describe(again),
		Why: "a client that heard nothing repeats; only the first answer tells it what it bought",
	})
	s.marked("the repeated order", again.OK(), again.Replayed)
}

// marked fails unless a repeated success says that it is one.
func (s *shop) marked(what string, ok, replayed bool) {
	s.t.True(!ok || replayed, check.Failure{
		Sentence: what + " does not say that it is a repetition",
		Expected: "the header Idempotency-Replayed: true", Seen: "no such header",
		Why: "a client that counts what it bought has to tell a new answer from an old one",
	})
}

func describe(a stack.Answer[stack.Order]) string {
	if a.OK() {
		return fmt.Sprintf("%d, order %s %s", a.Status, a.Data.ID, a.Data.Status)
	}
	return a.String()
}

// inProgress is the answer to a duplicate whose first request is still at work.
func inProgress[D any](a stack.Answer[D]) bool {
	return a.Status == http.StatusConflict && a.Code == codeAborted
}

const (
	codeConflict = 1006
	codeAborted  = 1009
)

// key returns a key that nobody used before.
func key(name string) string { return name + "-" + uuid.NewString()[:8] }
