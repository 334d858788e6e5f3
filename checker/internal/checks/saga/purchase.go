package saga

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// patience is how long something may take that takes milliseconds on an idle machine.
const patience = 15 * time.Second

// purchase is one order of one lamp and what its buyer heard of it.
type purchase struct {
	s               *shop
	at              string // where it is struck
	buyer, sku, key string

	hangUp context.CancelFunc
	done   chan struct{} // closed when the buyer has an answer, or knows that none will come
	answer stack.Answer[stack.Order]
	err    error
}

// send orders in the background.
func (p *purchase) send() {
	ctx, cancel := context.WithCancel(p.s.t.Context())
	p.hangUp = cancel
	p.s.t.Go(func() {
		defer close(p.done)
		p.answer, p.err = p.ask(ctx)
	})
}

func (p *purchase) ask(ctx context.Context) (stack.Answer[stack.Order], error) {
	return p.s.Shop.CreateOrder(ctx, p.buyer, p.key, stack.Item{SKU: p.sku, Quantity: 1, UnitPrice: price})
}

// heard is the answer in a few words.
func (p *purchase) heard() string {
	switch {
	case p.err != nil:
		return "no answer: " + p.err.Error()
	case p.answer.OK():
		return fmt.Sprintf("%d, order %s %s", p.answer.Status, p.answer.Data.ID, p.answer.Data.Status)
	}
	return p.answer.String()
}

func (p *purchase) is(right bool, expected string) {
	p.s.t.True(right, check.Failure{Sentence: p.at + " got a wrong answer", Expected: expected, Seen: p.heard()})
}

// strikeAt sends the order and returns when it stands at the hold; false says that it was answered without coming there.
func (p *purchase) strikeAt(hold *fault.Hold) bool {
	p.send()
	return p.arrives(hold)
}

func (p *purchase) arrives(hold *fault.Hold) bool {
	t := p.s.t
	done := t.WaitingOn("a purchase comes so far: " + p.at)
	defer done()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case <-hold.Arrived():
		return true
	case <-p.done:
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Fail(check.Failure{Sentence: "a purchase hangs before it can be struck", Expected: p.at, Seen: "neither that nor an answer"})
	}
	hold.Release() // so that it catches no other call
	return false
}

// mustStrikeAt is strikeAt for a point to which every purchase comes.
func (p *purchase) mustStrikeAt(hold *fault.Hold) {
	if !p.strikeAt(hold) {
		p.s.t.Fail(check.Failure{Sentence: "a purchase ended without its steps", Expected: p.at, Seen: p.heard()})
	}
}

// mustEnd waits until the buyer has an answer.
func (p *purchase) mustEnd() {
	p.s.t.Eventually("the buyer is answered: "+p.at, patience, func(context.Context) (string, bool) {
		select {
		case <-p.done:
			return p.heard(), true
		default:
			return "no answer yet", false
		}
	})
}

// order is the order as the shop shows it; the zero Order if it shows none.
func (p *purchase) order(ctx context.Context) (stack.Order, error) {
	page, err := p.s.Shop.Recording(nil).ListOrders(ctx, p.buyer, 100, "")
	switch {
	case err != nil:
		return stack.Order{}, err
	case !page.OK():
		return stack.Order{}, errors.New(page.String())
	case len(page.Data.Orders) == 0:
		return stack.Order{Status: "no order"}, nil
	}
	return page.Data.Orders[0], nil
}

func final(status string) bool { return status == "PAID" || status == "CANCELLED" }

// ends waits until the order has reached its end and returns its status.
func (p *purchase) ends() (status string) {
	t := p.s.t
	done := t.WaitingOn("a purchase comes to its end: " + p.at)
	defer done()
	ended := p.s.within(10*time.Second, func() bool {
		order, err := p.order(t.Context())
		if status = order.Status; err != nil {
			status = err.Error()
		}
		return final(status)
	})
	t.True(ended, check.Failure{
		Sentence: p.at + ": the purchase was never finished", Expected: "an order that is PAID or CANCELLED", Seen: status + ", 10 s later",
		Why: "money and goods are held by an order that no process works on; what its driver did not finish, the scanner must",
	})
	return status
}

// notYetCancelled fails if the order is CANCELLED although something of it is not undone.
func (p *purchase) notYetCancelled(open string) {
	t := p.s.t
	order, err := p.order(t.Context())
	t.NoError("read the order", err)
	t.True(order.Status != "CANCELLED", check.Failure{
		Sentence: "the order was cancelled before everything was undone",
		Expected: "PENDING or CONFIRMED, because " + open, Seen: order.Status,
		Why: "a buyer who reads CANCELLED believes that their money is back, and no scanner looks at a saga that has ended",
	})
}
