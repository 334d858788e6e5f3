package saga

import (
	"time"

	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const stepTimeout = 800 * time.Millisecond

// timedOut keeps calls and answers from order for longer than it waits for a step.
func timedOut(t *check.T) {
	s := open(t, map[string]string{
		"SAGA_STEP_TIMEOUT": stepTimeout.String(), "COMPENSATION_TIMEOUT": "3s", "DEADLINE_OVERHEAD": "50ms", "REQUEST_TIMEOUT": "40s",
	})
	inventory, wallet := s.Call("order", "inventory"), s.Call("order", "wallet")
	ordinary := len(s.all())

	t.Step("answers are lost: order gets a timeout, or a broken connection")
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
	s.undoingTimesOut()
	s.age()
	s.judge()
	s.arriveLate(lateReserve, lateDeduct)
	s.judge()
	for _, p := range s.all()[ordinary:] {
		p.mustBeAnswered()
	}
}

// undoingTimesOut lets inventory accept a Release and never answer it.
func (s *shop) undoingTimesOut() {
	t := s.t
	t.Step("inventory never answers when a refused purchase must be undone")
	inventory := s.Call("order", "inventory")
	p := s.customer("inventory never answered Release", poor)
	stuck := inventory.HoldCall("Release", 1)
	p.mustStrikeAt(stuck)
	allowed := stuck.Call().Deadline
	t.True(allowed > 0 && allowed <= stepTimeout+100*time.Millisecond, check.Failure{
		Sentence: "a compensation may take longer than a step",
		Expected: "Release is called with a deadline of at most " + stepTimeout.String() + " (SAGA_STEP_TIMEOUT)", Seen: timeLeft(allowed),
		Why: "a call that undoes can hang like any other: then the buyer hangs with it, or the scanner, and all that it should look after",
	})
	down := inventory.FailWith("Release", 0, codes.Unavailable)
	t.True(s.within(patience, p.answered), check.Failure{
		Sentence: "the buyer of a purchase that cannot be undone now is never answered",
		Expected: "409 with code 1009 soon after COMPENSATION_TIMEOUT (3s)", Seen: "no answer " + patience.String() + " later",
		Why: "all of the undoing has one limit; what is left then is for the scanner",
	})
	down.Remove()
	stuck.Drop()
}

func timeLeft(d time.Duration) string {
	if d <= 0 {
		return "a call without a deadline"
	}
	return "a deadline of " + d.Round(10*time.Millisecond).String()
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

// mustBeAnswered fails unless the buyer got an answer that says how the purchase ended.
func (p *purchase) mustBeAnswered() {
	if p.ends() == "PAID" {
		p.is(p.answer.OK() || p.answer.Code == codeAborted, "201, or 409 with code 1009")
		return
	}
	p.is(p.uncertain(), "409 with reason UNCERTAIN, because no service refused anything, or with code 1009")
}

// uncertain reports whether the answer says that the purchase was undone because a service was silent, or that it is in progress.
func (p *purchase) uncertain() bool {
	return p.answer.Status == 409 && (p.answer.Code == codeAborted || p.answer.Reason == "UNCERTAIN" || p.answer.Reason == "INTERRUPTED")
}
