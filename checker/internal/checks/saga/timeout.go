package saga

import (
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// timedOut keeps calls and answers from order for longer than it waits for a step.
func timedOut(t *check.T) {
	s := open(t, map[string]string{"SAGA_STEP_TIMEOUT": "800ms", "DEADLINE_OVERHEAD": "50ms", "REQUEST_TIMEOUT": "20s"})
	inventory, wallet := s.Call("order", "inventory"), s.Call("order", "wallet")
	ordinary := len(s.all())

	t.Step("answers are lost: order is told that it waited in vain, or that the connection broke")
	inventory.FailAnswer("Reserve", 1, codes.DeadlineExceeded)
	lostReserve := s.customer("inventory reserved, and its answer to order was lost", rich)
	lostReserve.send()
	lostReserve.mustEnd()
	wallet.FailAnswer("Deduct", 1, codes.Unavailable)
	lostDeduct := s.customer("wallet deducted, and its answer to order was lost", rich)
	lostDeduct.send()
	lostDeduct.mustEnd()

	t.Step("hold calls and answers until order has given them up")
	lateReserve := s.slow("Reserve takes longer than order waits, and arrives in the end", func() *fault.Hold { return inventory.HoldCall("Reserve", 1) })
	lateDeduct := s.slow("Deduct takes longer than order waits, and arrives in the end", func() *fault.Hold { return wallet.HoldCall("Deduct", 1) })
	s.slow("wallet deducted, and its answer takes longer than order waits", func() *fault.Hold { return wallet.HoldAnswer("Deduct", 1) })
	for _, p := range s.all() {
		p.mustEnd()
	}
	s.age()
	s.judge()
	s.arriveLate(lateReserve, lateDeduct)
	s.judge()
	for _, p := range s.all()[ordinary:] {
		p.told()
	}
}

// slow brings a purchase to the hold. A machine under load may miss the short timeout before: then another one is sent.
func (s *shop) slow(at string, hold func() *fault.Hold) *fault.Hold {
	for range 4 {
		h := hold()
		if s.customer(at, rich).strikeAt(h) {
			return h
		}
	}
	s.t.Fail(check.Failure{Sentence: "purchases end before they can be struck", Expected: at, Seen: s.all()[len(s.all())-1].heard()})
	return nil
}

// told fails unless the buyer heard what his purchase came to.
func (p *purchase) told() {
	if p.ends() == "PAID" {
		p.is(p.answer.OK() || p.answer.Code == codeAborted, "201, or 409 with code 1009")
		return
	}
	p.is(p.answer.Status == 409 && p.answer.Code == codeAborted, "409 with code 1009, because nobody refused anything")
}
