package asyncsaga

import (
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	whyUncertain = "UNAVAILABLE says nothing about whether wallet has taken the money: only a refusal that is final proves that it has not"
	whyOne       = "the step before may only be undone when this one is: one command at a time, the last step first"
	whyEarly     = "a buyer who reads CANCELLED believes that their money is back"
)

// undo looks at the compensation: what is undone, in which order, and when the order is cancelled.
func undo(t *check.T) {
	s, _ := open(t)
	s.uncertain()
	s.overtakes()
	s.compensationRefused()
	s.judge()
}

// uncertain lets wallet take the money and say that it does not know.
func (s *shop) uncertain() {
	t := s.t
	t.Step("wallet has taken the money, and a reply says that it may not have: order must give back money and stock")
	p := s.customer("wallet's refusal was not final", rich)
	lost := s.Broker("order").HoldDelivery(replyOf(deductStep, false), 1)
	p.buy()
	s.arrives("wallet replies to wallet.balance.deduct", lost)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	s.reply(p.id, done(deductStep).refused("UNAVAILABLE"))
	p.undoesLast()
	p.beingUndone(deductStep)

	t.Step("wallet refunds: order sends the release, and cancels only after inventory has replied")
	s.arrives("order sends wallet.balance.refund", refunding)
	releasing := s.Broker("inventory").HoldDelivery(fault.Key(release), 1)
	refunding.Release()
	s.arrives("order sends inventory.stock.release", releasing)
	p.beingUndone(reserveStep)
	releasing.Release()
	st := p.ends("CANCELLED")
	p.sent("commands", "when all is undone", "each step is undone once", reserve, deduct, refund, release)
	p.is("not-compensated", "its saga", "COMPENSATED", st.saga, "everything is undone")
	p.is("cancel-code", "the reason of the cancellation", "UNCERTAIN", st.code,
		"no service said that there is no money: failureOf knows the reason")
	lost.Release()
}

// undoesLast fails unless the refund is the one command that was sent since the refusal.
func (p *purchase) undoesLast() {
	st := p.state()
	p.s.t.True(!strings.Contains(st.steps, deductStep+" FAILED"), check.Failure{
		ID:       "uncertain",
		Sentence: p.at + ": a refusal that is not final was taken for final",
		Expected: deductStep + " UNCERTAIN, and wallet.balance.refund",
		Seen:     st.String(), Why: whyUncertain,
	})
	p.s.t.True(len(st.commands) < 4, check.Failure{
		ID: "all-at-once", Sentence: p.at + ": more than one compensation was sent at a time", Expected: "wallet.balance.refund alone",
		Seen: st.String(), Why: whyOne,
	})
	p.s.t.True(!slices.Contains(st.commands, release), check.Failure{
		ID: "last-first", Sentence: p.at + ": the reservation is undone before the deduction, which may have happened",
		Expected: "wallet.balance.refund, and inventory.stock.release when wallet has replied", Seen: st.String(), Why: whyOne,
	})
	p.sent("uncertain", "after a refusal that is not final", whyUncertain, reserve, deduct, refund)
}

// beingUndone fails unless the purchase waits for the compensation of the step.
func (p *purchase) beingUndone(step string) {
	st := p.state()
	p.s.t.True(st.order != "CANCELLED", check.Failure{
		ID:       "cancelled-early",
		Sentence: p.at + ": the order was cancelled before everything was undone",
		Expected: "CONFIRMED while the compensation of " + step + " is on its way",
		Seen:     st.String(), Why: whyEarly,
	})
	p.is("not-compensating", "the saga", "COMPENSATING", st.saga,
		"a reply, the timeout monitor and an operator decide by it what may happen next")
	p.s.t.True(strings.Contains(st.steps, step+" COMPENSATING"), check.Failure{
		ID: "step-not-compensating", Sentence: p.at + ": the step does not say that it is being undone", Expected: step + " COMPENSATING",
		Seen: st.steps, Why: "an operator sees in it which command may be on its way",
	})
}

// overtakes holds a command back while its compensation passes.
func (s *shop) overtakes() {
	t := s.t
	t.Step("the deduction is held before wallet sees it, and its compensation overtakes it")
	p := s.customer("the compensation overtook the deduction", rich)
	late := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p.buy()
	s.arrives("order sends wallet.balance.deduct", late)
	s.reply(p.id, done(deductStep).refused("DEADLINE_EXCEEDED"))
	p.ends("CANCELLED")
	p.sent("uncertain", "after a refusal that is not final", whyUncertain, reserve, deduct, refund, release)
	refused := s.Broker("order").HoldDelivery(replyOf(deductStep, false), 1)
	late.Release()
	s.arrives("wallet refuses the late deduction", refused)
	id := refused.Passage().Message.ID
	refused.Release()
	s.handled("the reply to a deduction that came after its compensation", id)
	p.is("revived", "the order", "CANCELLED", p.state().order, "the purchase is over")
}

// compensationRefused lets a service refuse to give back what it took.
func (s *shop) compensationRefused() {
	t := s.t
	t.Step("wallet refuses to refund")
	p := s.customer("the refund was refused", rich)
	deducting := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p.buy()
	s.arrives("order sends wallet.balance.deduct", deducting)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	s.reply(p.id, done(deductStep).refused("INTERNAL"))
	s.arrives("order sends wallet.balance.refund", refunding)
	s.reply(p.id, undone(deductStep).refused("PRECONDITION_FAILED"))
	st := p.state()
	p.is("not-failed", "the saga whose compensation was refused", "FAILED", st.saga,
		"it is a bug of a service: an operator must see it and resume the saga when it is fixed")
	p.is("cancelled-early", "the order", "CONFIRMED", st.order, whyEarly)
	p.sent("commands", "after the refusal", whyOne, reserve, deduct, refund)
	p.stuck = true
	t.Step("wallet refunds after all: its reply is late, an operator decides")
	late := s.Broker("order").HoldDelivery(replyOf(deductStep, true), 1)
	refunding.Release()
	s.arrives("wallet replies to wallet.balance.refund", late)
	id := late.Passage().Message.ID
	late.Release()
	s.handled("a reply to a saga that has failed", id)
	p.is("failed-moved", "the saga that has failed", "FAILED", p.state().saga,
		"only an operator resumes a saga that has failed: they look at what went wrong first")
	deducting.Release()
}
