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

// shop is a running system with stock and a new buyer.
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
		product, err := s.Shop.PutProduct(t.Context(), sku, "Lamp", price)
		s.ok("put a product into the catalogue", product.Status, product, err)
		answer, err := s.Shop.AdjustStock(t.Context(), sku, key("delivery"), stock)
		s.ok("put stock on the shelf", answer.Status, answer, err)
	})
	return s
}

// fund tops up the buyer's wallet by card, as part of the ordinary case.
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

// mustBuy requires an order that is paid, now or by its saga, and an answer that is not marked as a repetition.
func (s *shop) mustBuy(doing, key string) stack.Answer[stack.Order] {
	answer, err := s.buy(s.t.Context(), key)
	s.ok(doing, answer.Status, answer, err)
	s.ends(answer, "PAID")
	s.t.True(!answer.Replayed, check.Failure{
		Sentence: doing + ": the first answer to a key is marked as a repetition", Expected: "no header Idempotency-Replayed",
		Seen: "the header",
	})
	return answer
}

// ends waits until the purchase has ended, and requires how. A stage whose sagas run on messages answers before.
func (s *shop) ends(answer stack.Answer[stack.Order], status string) {
	if !answer.Data.Settled() {
		defer s.t.WaitingOn("the purchase ends")()
		ctx, cancel := context.WithTimeout(s.t.Context(), purchaseLimit)
		defer cancel()
		ended, err := s.Shop.AwaitOrder(ctx, s.buyer, answer.Data.ID)
		s.t.NoError("read the order until its purchase has ended", err)
		answer = ended
	}
	s.t.Equal("the order's status", status, answer.Data.Status)
}

// purchaseLimit is how long a purchase may take. An outbox relay that was killed keeps its lease for a while.
const purchaseLimit = 40 * time.Second

// effects are what the buyer's requests have changed.
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

// settles waits for the effects.
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

// same requires the whole first answer.
func (s *shop) same(first, again stack.Answer[stack.Order], err error) {
	s.t.NoError("repeat the order", err)
	s.t.True(whole(again) == whole(first), check.Failure{
		Sentence: "the same request with the same key got another answer",
		Expected: whole(first), Seen: whole(again),
		Why: "a client without an answer repeats the request; only the first answer, with all its fields, says what was bought",
	})
	s.marked("the repeated order", again.OK(), again.Replayed)
}

// marked requires the replay flag of a repeated success.
func (s *shop) marked(what string, ok, replayed bool) {
	s.t.True(!ok || replayed, check.Failure{
		Sentence: what + " does not say that it is a repetition",
		Expected: "replayed (in HTTP the header Idempotency-Replayed: true)", Seen: "not marked",
		Why: "a client that counts what it bought must be able to tell a new answer from a repeated one",
	})
}

func describe(a stack.Answer[stack.Order]) string {
	if a.OK() {
		return fmt.Sprintf("%d, order %s %s", a.Status, a.Data.ID, a.Data.Status)
	}
	return a.String()
}

// whole is the whole answer as text.
func whole(a stack.Answer[stack.Order]) string {
	if a.OK() {
		return fmt.Sprintf("%d, %+v", a.Status, a.Data)
	}
	return a.String()
}

// settlesFor waits for the balance of another user.
func (s *shop) settlesFor(user string, balance int64, because string) {
	s.t.Eventually(fmt.Sprintf("the customer has %d (%s)", balance, because), 3*time.Second, func(ctx context.Context) (string, bool) {
		answer, err := s.Shop.Wallet(ctx, user)
		if err != nil || !answer.OK() {
			return fmt.Sprint(answer, err), false
		}
		return wallet(answer.Data.Balance.MinorUnits), answer.Data.Balance.MinorUnits == balance
	})
}

// inProgress is the answer to a duplicate whose first request is in progress.
func inProgress[D any](a stack.Answer[D]) bool {
	return a.Status == http.StatusConflict && a.Code == codeAborted
}

const (
	codeConflict = 1006
	codeAborted  = 1009
)

// key returns a new key.
func key(name string) string { return name + "-" + uuid.NewString()[:8] }
