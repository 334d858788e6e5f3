package saga

import (
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// undoCrash brings purchases to all the points of their undoing at which order can die, and kills it once for all of them; then once more,
// in the middle of the recovery.
func undoCrash(t *check.T) {
	s := open(t, nil)
	inventory, wallet := s.Call("order", "inventory"), s.Call("order", "wallet")
	var late, lost []*fault.Hold
	strike := func(p *purchase, hold *fault.Hold, held *[]*fault.Hold) {
		if p.strikeAt(hold) {
			*held = append(*held, hold)
			return
		}
		if !p.answer.OK() { // an order that was paid after all needs no undoing
			p.fellShort()
		}
	}

	t.Step("bring purchases that must be undone to every point between two compensations")
	strike(s.customer("order dies before its Release reaches inventory", poor), inventory.HoldCall("Release", 1), &late)
	strike(s.customer("order dies when inventory has released and order does not know", poor), inventory.HoldAnswer("Release", 1), &lost)
	wallet.FailAnswer("Deduct", 1, codes.Unavailable)
	strike(s.customer("order dies before its Refund reaches wallet", rich), wallet.HoldCall("Refund", 1), &late)
	wallet.FailAnswer("Deduct", 1, codes.Unavailable)
	strike(s.customer("order dies when wallet has refunded and order does not know", rich), wallet.HoldAnswer("Refund", 1), &lost)
	wallet.FailAnswer("Deduct", 1, codes.Unavailable)
	strike(s.customer("order dies between Refund and Release", rich), inventory.HoldCall("Release", 1), &late)
	s.kill("five purchases are being undone", lost...)

	again := inventory.HoldCall("Release", 1)
	s.restart()
	if s.within(patience, func() bool { return again.Call().Name() != "" || s.finished() }) && !s.finished() {
		late = append(late, again)
		s.kill("the recovery of one of them has begun")
		s.restart()
	} else {
		again.Release()
	}
	s.judge()
	s.arriveLate(late...)
	s.judge()
	s.repeat()
}

// fellShort fails a purchase that ended without the compensation that it should have been struck at.
func (p *purchase) fellShort() {
	p.balance()
	p.s.t.Fail(check.Failure{
		Sentence: "a purchase that failed ended without being undone", Expected: "a moment at which " + p.at, Seen: p.heard() + ", and that call was never made",
	})
}

// finished says whether every order has reached its end.
func (s *shop) finished() bool {
	for _, p := range s.all() {
		if order, err := p.order(s.t.Context()); err != nil || !final(order.Status) {
			return false
		}
	}
	return true
}
