package goasync

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

var needs = check.Needs{Postgres: true, Services: []string{"order", "inventory", "wallet", "gateway"}}

const (
	price = 500
	money = 1200 // enough for two lamps, so that a second charge is seen
	stock = 10

	// The gateway gives up after requestTimeout. Order has a second less, of which it keeps a quarter for its answer.
	requestTimeout = 5 * time.Second
	stepTimeout    = 15 * time.Second
	patience       = 20 * time.Second

	codePrecondition, codeAborted = 1003, 1009
)

// shop is a running system.
type shop struct {
	*stack.Stack
	t  *check.T
	db *pgx.Conn // order_db
}

// purchase is the order of one lamp, by a buyer and of a stock of its own.
type purchase struct {
	s               *shop
	buyer, sku, key string

	done   chan struct{} // closed when the buyer has an answer, or knows that none will come
	answer stack.Answer[stack.Order]
	err    error
}

// shopKeeps measures how long buyers wait while services freeze, fail and are killed, and counts the money in the end.
func shopKeeps(t *check.T) {
	t.Step("start the four services on an empty database")
	s := &shop{t: t}
	s.Stack = t.Stack(stack.Options{Env: map[string]string{
		"REQUEST_TIMEOUT": requestTimeout.String(), "DEADLINE_OVERHEAD": "1s", "ANSWER_MARGIN": "2s",
		"SAGA_TIMEOUT": "30s", "SAGA_STEP_TIMEOUT": stepTimeout.String(), "COMPENSATION_TIMEOUT": "15s",
		"SAGA_SCAN_INTERVAL": "100ms", "SAGA_STALE_AFTER": "2m",
	}})
	db, err := pgx.Connect(t.Context(), t.Lease().Databases["order_db"])
	t.Ours("connect to order_db", err)
	t.Cleanup(func(ctx context.Context) { _ = db.Close(ctx) })
	s.db = db
	t.Baseline(s.ordinary)
	s.frozen()
	s.away()
	s.killed()
}

// ordinary sends a purchase of which nothing goes wrong. A busy machine may be too slow for the timeouts of this check, which is no answer
// to judge by.
func (s *shop) ordinary() {
	s.t.Step("before anything goes wrong: a purchase")
	for try := 1; ; try++ {
		p := s.customer()
		p.send()
		p.mustEnd("a purchase of which nothing goes wrong")
		if p.answer.OK() && p.answer.Data.Status == "PAID" {
			return
		}
		if try == 3 || p.answer.Code != codeAborted {
			s.t.Fail(check.Failure{ID: "ordinary", Sentence: "a purchase of which nothing goes wrong", Expected: "201, PAID", Seen: p.heard(), Why: "a budget must not change what happens in time"})
		}
	}
}

// frozen holds the call of a step for longer than the buyer can wait.
func (s *shop) frozen() {
	t := s.t
	t.Step("inventory takes longer for Reserve than the buyer can wait")
	hold := s.Call("order", "inventory").HoldCall("Reserve", 1)
	p := s.customer()
	begin := time.Now()
	p.send()
	if !p.arrives(hold) {
		t.Fail(check.Failure{ID: "ordinary", Sentence: "a purchase ended without its first step", Expected: "a call of Reserve", Seen: p.heard(), Why: "a budget must not change what happens in time"})
	}
	if left := hold.Call().Deadline; left <= 0 || left > stepTimeout {
		hold.Release()
		t.Fail(check.Failure{
			ID: "step", Sentence: "the call of a step may take longer than SAGA_STEP_TIMEOUT", Expected: "a deadline of at most " + stepTimeout.String(), Seen: timeLeft(left),
			Why: "each buyer of a frozen service holds a goroutine, memory, and the goods of the step before",
		})
	}
	p.mustEnd("inventory is frozen")
	took := time.Since(begin)
	hold.Release()
	t.Log("the buyer was answered after %v", took)
	t.True(p.answer.Status == 409 && p.answer.Code == codeAborted, check.Failure{
		ID: "late", Sentence: "the buyer of a purchase that is under way gets no answer that they can use",
		Expected: "409 with code 1009, IN_PROGRESS, before the gateway gives up after " + requestTimeout.String(), Seen: fmt.Sprintf("%s, after %v", p.heard(), took.Round(100*time.Millisecond)),
		Why: "a timeout says nothing about the order: the buyer orders again",
	})
	t.Step("inventory answers in the end")
	p.ends("PAID", "the buyer was told IN_PROGRESS, and every step was done afterwards")
	again, err := s.Shop.CreateOrder(t.Context(), p.buyer, p.key, p.item())
	t.NoError("repeat the request", err)
	t.True(again.OK() && again.Data.Status == "PAID", check.Failure{
		ID: "repetition", Sentence: "the repetition with the same key does not return how the purchase ended", Expected: "201, PAID", Seen: again.String(),
		Why: "IN_PROGRESS promises an answer to those who ask again",
	})
	p.balance(true)
}

// away loses the answer of a step, and lets wallet be away when it is undone first.
func (s *shop) away() {
	t := s.t
	t.Step("wallet deducts, its answer is lost, and the first call of Refund fails")
	wallet := s.Call("order", "wallet")
	wallet.FailAnswer("Deduct", 1, codes.Unavailable)
	wallet.FailWith("Refund", 1, codes.Unavailable)
	p := s.customer()
	p.send()
	p.mustEnd("wallet is away for a moment")
	t.True(p.answer.Status == 409 && (p.answer.Code == codePrecondition || p.answer.Code == codeAborted), check.Failure{
		ID: "away", Sentence: "a purchase whose deduction got no answer", Expected: "409: the purchase was undone", Seen: p.heard(), Why: "a call without an answer may have happened",
	})
	p.ends("CANCELLED", "one call of Refund failed, and nothing hindered the next")
	p.balance(false)
}

// killed ends order while it waits for wallet.
func (s *shop) killed() {
	t := s.t
	t.Step("wallet deducts, and order is killed before it gets the answer")
	hold := s.Call("order", "wallet").HoldAnswer("Deduct", 1)
	p := s.customer()
	p.send()
	if !p.arrives(hold) {
		t.Fail(check.Failure{ID: "ordinary", Sentence: "a purchase ended without its last step", Expected: "a call of Deduct", Seen: p.heard(), Why: "a budget must not change what happens in time"})
	}
	t.Ours("kill order", s.Service("order").Kill())
	hold.Drop()
	<-p.done
	_, err := s.db.Exec(t.Context(), `UPDATE saga_executions SET updated_at = updated_at - interval '1 hour' WHERE status IN ('RUNNING', 'COMPENSATING')`)
	t.Ours("set the clock of the saga back", err)
	t.Step("start order again; the saga looks an hour old")
	t.NoError("start order again", s.Service("order").Restart(t.Context(), nil))
	t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
	status := p.ends("", "order was killed, and has been started again")
	p.balance(status == "PAID")
}

func timeLeft(d time.Duration) string {
	if d <= 0 {
		return "a call without a deadline"
	}
	return "a deadline of " + d.Round(10*time.Millisecond).String()
}

func (s *shop) customer() *purchase {
	id := uuid.NewString()
	p := &purchase{s: s, buyer: id, sku: "LAMP-" + id[:8], key: "order-" + id[:8], done: make(chan struct{})}
	topUp, err := s.Shop.TopUp(s.t.Context(), p.buyer, "fund-"+id[:8], money)
	s.ok("top up a wallet", topUp.OK(), topUp, err)
	product, err := s.Shop.PutProduct(s.t.Context(), p.sku, "Lamp", price)
	s.ok("put a product into the catalogue", product.OK(), product, err)
	delivery, err := s.Shop.AdjustStock(s.t.Context(), p.sku, "delivery-"+id[:8], stock)
	s.ok("put stock on the shelf", delivery.OK(), delivery, err)
	return p
}

func (s *shop) ok(doing string, ok bool, answer fmt.Stringer, err error) {
	s.t.NoError(doing, err)
	s.t.True(ok, check.Failure{Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String()})
}

func (p *purchase) item() stack.Item { return stack.Item{SKU: p.sku, Quantity: 1, UnitPrice: price} }

// send orders in the background.
func (p *purchase) send() {
	p.s.t.Go(func() {
		defer close(p.done)
		p.answer, p.err = p.s.Shop.CreateOrder(p.s.t.Context(), p.buyer, p.key, p.item())
	})
}

// heard is the answer in a few words.
func (p *purchase) heard() string {
	switch {
	case p.err != nil:
		return "no answer: " + p.err.Error()
	case p.answer.OK():
		return fmt.Sprintf("%d, order %s", p.answer.Status, p.answer.Data.Status)
	}
	return p.answer.String()
}

// arrives waits until the purchase stands at the hold; false says that it was answered without coming there.
func (p *purchase) arrives(hold *fault.Hold) bool {
	arrived := false
	p.s.t.Eventually("a purchase comes to the call that is held", patience, func(context.Context) (string, bool) {
		select {
		case <-hold.Arrived():
			arrived = true
			return "it is there", true
		case <-p.done:
			return p.heard(), true
		default:
			return "neither the call nor an answer", false
		}
	})
	if !arrived {
		hold.Release()
	}
	return arrived
}

// mustEnd waits until the buyer has an answer.
func (p *purchase) mustEnd(while string) {
	p.s.t.Eventually("the buyer is answered: "+while, patience, func(context.Context) (string, bool) {
		select {
		case <-p.done:
			return p.heard(), true
		default:
			return "no answer yet", false
		}
	})
}

// ends waits until the order is PAID or CANCELLED, whichever is wanted; "" takes both.
func (p *purchase) ends(want, because string) (status string) {
	t := p.s.t
	ended := t.Within(10*time.Second, func() bool {
		page, err := p.s.Shop.Recording(nil).ListOrders(t.Context(), p.buyer, 10, "")
		switch {
		case err != nil:
			status = err.Error()
		case !page.OK():
			status = page.String()
		case len(page.Data.Orders) == 0:
			status = "no order"
		default:
			status = page.Data.Orders[0].Status
		}
		return status == "PAID" || status == "CANCELLED"
	})
	expected := want
	if want == "" {
		expected = "PAID or CANCELLED"
	}
	t.True(ended && (want == "" || status == want), check.Failure{
		ID: "end", Sentence: "the purchase has the wrong end, or none: " + because, Expected: expected, Seen: status + ", 10 s later",
		Why: "goods and money are held by an order that no process works on, or a purchase that was done is taken back",
	})
	return status
}

// balance counts the buyer's money and the stock.
func (p *purchase) balance(paid bool) {
	t := p.s.t
	var want = [2]int64{money, stock}
	if paid {
		want = [2]int64{money - price, stock - 1}
	}
	var has [2]int64
	t.Within(3*time.Second, func() bool {
		wallet, err := p.s.Shop.Wallet(t.Context(), p.buyer)
		t.NoError("read the wallet", err)
		shelf, err := p.s.Shop.Stock(t.Context(), p.sku)
		t.NoError("read the stock", err)
		has = [2]int64{wallet.Data.Balance.MinorUnits, shelf.Data.Available}
		return has == want
	})
	t.True(has == want, check.Failure{
		ID: "books", Sentence: fmt.Sprintf("the books of a purchase that is paid (%v) do not balance", paid),
		Expected: fmt.Sprintf("%d cents, %d lamps", want[0], want[1]), Seen: fmt.Sprintf("%d cents, %d lamps", has[0], has[1]),
		Why: "a shorter wait that loses money is no improvement",
	})
}
