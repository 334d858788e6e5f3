package asyncsaga

import (
	"reflect"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// stray sends replies that the saga does not wait for, at every moment of a purchase and of its undoing.
func stray(t *check.T) {
	s, first := open(t)
	s.strayForward()
	s.strayBack()
	t.Step("replies about a purchase that is paid, and about no purchase")
	s.changesNothing(first, "the purchase is paid", "after-end",
		done(deductStep), done(reserveStep), undone(reserveStep), undone(deductStep))
	s.reply(uuid.NewString(), done(reserveStep), undone(deductStep))
	t.Step("every reply is delivered twice")
	twice := s.Broker("order").DuplicateDelivery(fault.Key(replied), 0)
	p := s.customer("every reply came twice", rich)
	p.buy()
	p.ends("PAID")
	p.sent("commands", "when every reply came twice", "a duplicate is no second reply", reserve, deduct)
	twice.Remove()
	s.judge()
}

// strayForward goes through a purchase that is paid.
func (s *shop) strayForward() {
	t := s.t
	t.Step("a purchase waits for inventory: replies to other commands come")
	p := s.customer("strays came while it ran", rich)
	reserving := s.Broker("inventory").HoldDelivery(fault.Key(reserve), 1)
	deducting := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p.buy()
	s.arrives("order sends inventory.stock.reserve", reserving)
	s.changesNothing(p, "it waits for RESERVE_INVENTORY", "other-step",
		done(deductStep), done(deductStep).refused("PRECONDITION_FAILED"), undone(reserveStep), done(shipStep), done("NO_SUCH_STEP"))
	reserving.Release()
	t.Step("it waits for wallet: replies of inventory come again")
	s.arrives("order sends wallet.balance.deduct", deducting)
	s.changesNothing(p, "it waits for DEDUCT_BALANCE", "duplicate",
		done(reserveStep), done(reserveStep).refused("PRECONDITION_FAILED"), undone(deductStep), undone(reserveStep))
	deducting.Release()
	p.ends("PAID")
}

// strayBack goes through a purchase that is undone.
func (s *shop) strayBack() {
	t := s.t
	t.Step("a purchase is being undone and waits for the refund: replies to its actions come, late")
	p := s.customer("strays came while it was undone", rich)
	deducted := s.Broker("order").HoldDelivery(replyOf(deductStep, false), 1)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	releasing := s.Broker("inventory").HoldDelivery(fault.Key(release), 1)
	p.buy()
	s.arrives("wallet replies to wallet.balance.deduct", deducted)
	s.reply(p.id, done(deductStep).refused("ABORTED"))
	s.arrives("order sends wallet.balance.refund", refunding)
	s.changesNothing(p, "it waits for the compensation of DEDUCT_BALANCE", "late-action",
		done(deductStep), done(deductStep).refused("PRECONDITION_FAILED"), done(reserveStep), undone(reserveStep),
		undone(reserveStep).refused("INTERNAL"))
	refunding.Release()
	t.Step("it waits for the release: replies about the refund come again")
	s.arrives("order sends inventory.stock.release", releasing)
	s.changesNothing(p, "it waits for the compensation of RESERVE_INVENTORY", "duplicate",
		undone(deductStep), undone(deductStep).refused("INTERNAL"), done(deductStep), done(reserveStep))
	releasing.Release()
	p.ends("CANCELLED")
	id := deducted.Passage().Message.ID
	deducted.Release()
	s.handled("wallet's reply, after everything was undone", id)
	s.changesNothing(p, "it is over", "after-end", done(deductStep), undone(reserveStep), undone(deductStep), done(reserveStep))
	p.is("after-end", "the order", "CANCELLED", p.state().order, "the purchase is over")
}

// changesNothing sends replies and fails when one of them changes anything.
func (s *shop) changesNothing(p *purchase, moment, id string, answers ...answer) {
	for _, a := range answers {
		before := p.state()
		s.reply(p.id, a)
		after := p.state()
		s.t.True(reflect.DeepEqual(before, after), check.Failure{
			ID: id, Sentence: "a stray reply changed a purchase: " + moment + ", and " + a.String() + " came",
			Expected: "as before: " + before.String(), Seen: after.String(),
			Why: "messages are doubled, come late and overtake each other. A reply moves a saga only if the saga waits " +
				"for exactly this reply",
		})
	}
}
