package asyncsaga

import (
	"reflect"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const whyUndo = "the last command may have had its effect, or may still have it: it is undone first, then the step before"

// cancel cancels purchases at every moment.
func cancel(t *check.T) {
	s, paid := open(t)
	s.cancelWhileReserving()
	s.cancelWhileDeducting()
	s.cancelWhenDeducted()
	s.cancelFailed()
	s.cancelSettled(paid)
	s.judge()
}

// cancelWhileReserving cancels when inventory has not seen the first command.
func (s *shop) cancelWhileReserving() {
	t := s.t
	t.Step("cancel before inventory has seen the reservation: the release overtakes it")
	p := s.customer("cancelled while it waited for RESERVE_INVENTORY", rich)
	reserving := s.Broker("inventory").HoldDelivery(fault.Key(reserve), 1)
	p.buy()
	s.arrives("order sends inventory.stock.reserve", reserving)
	p.cancel()
	st := p.ends("CANCELLED")
	p.sent("commands", "after the cancellation", whyUndo, reserve, release)
	p.is("cancel-code", "the reason of the cancellation", "BUYER_REQUEST", st.code, "cancellation(caller, order) knows the reason")
	refused := s.Broker("order").HoldDelivery(replyOf(reserveStep, false), 1)
	reserving.Release()
	s.arrives("inventory refuses the late reservation", refused)
	id := refused.Passage().Message.ID
	refused.Release()
	s.handled("the reply to a reservation that came after its release", id)
	p.is("revived", "the order", "CANCELLED", p.state().order, "the purchase is over")
}

// cancelWhileDeducting cancels when wallet has not seen its command, and again and again.
func (s *shop) cancelWhileDeducting() {
	t := s.t
	t.Step("cancel before wallet has seen the deduction; a stranger tries it too")
	p := s.customer("cancelled while it waited for DEDUCT_BALANCE", rich)
	deducting := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	p.buy()
	s.arrives("order sends wallet.balance.deduct", deducting)
	p.strangerFails("runs")
	answer, err := p.cancelBy(t.Context(), stack.AdminID, "admin")
	p.cancelled(answer, err)
	p.sent("commands", "after the cancellation", whyUndo, reserve, deduct, refund)
	p.beingUndone(deductStep)

	t.Step("cancel it again while it is being undone")
	s.arrives("order sends wallet.balance.refund", refunding)
	before := p.state()
	p.cancel()
	t.True(reflect.DeepEqual(before, p.state()), check.Failure{
		ID:       "again",
		Sentence: p.at + ": a second cancellation changed the purchase that is being undone",
		Expected: "as before: " + before.String(),
		Seen:     p.state().String(), Why: "the compensation is on its way; a second one beside it would be a second command at a time",
	})
	p.strangerFails("is being undone")
	refunding.Release()
	st := p.ends("CANCELLED")
	p.is("cancel-code", "the reason of the cancellation", "ADMIN_REQUEST", st.code,
		"the first request decides; cancellation(caller, order) knows the reason")
	deducting.Release()
}

// strangerFails fails unless another user is told that there is no such order, and nothing changes.
func (p *purchase) strangerFails(moment string) {
	before := p.state()
	answer, err := p.cancelBy(p.s.t.Context(), uuid.NewString())
	p.s.t.NoError("the request of a stranger", err)
	p.s.t.True(answer.Status == 404 && reflect.DeepEqual(before, p.state()), check.Failure{
		ID:       "stranger",
		Sentence: "another user cancelled an order whose purchase " + moment,
		Expected: "404, and the order as before: " + before.String(),
		Seen:     answer.String() + "; " + p.state().String(),
		Why:      "an order of another user is NotFound, as in loadFor: the answer must not even say that it exists",
	})
}

// cancelWhenDeducted cancels when wallet has taken the money and order does not know.
func (s *shop) cancelWhenDeducted() {
	t := s.t
	t.Step("cancel while wallet's reply is on its way")
	p := s.customer("cancelled while wallet's reply was on its way", rich)
	deducted := s.Broker("order").HoldDelivery(replyOf(deductStep, false), 1)
	p.buy()
	s.arrives("wallet replies to wallet.balance.deduct", deducted)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	p.cancel()
	s.arrives("order sends wallet.balance.refund", refunding)
	id := deducted.Passage().Message.ID
	deducted.Release()
	s.handled("wallet's reply, after the buyer has cancelled", id)
	p.sent("commands", "after wallet's late reply", "the reply tells what the saga takes for possible already", reserve, deduct, refund)
	p.beingUndone(deductStep)
	refunding.Release()
	p.ends("CANCELLED")
	p.sent("commands", "when all is undone", "each step is undone once", reserve, deduct, refund, release)
}

// cancelFailed cancels a purchase whose compensation was refused.
func (s *shop) cancelFailed() {
	s.t.Step("cancel a purchase whose saga has failed")
	p := s.customer("cancelled when its saga had failed", rich)
	p.stuck = true
	deducting := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	p.buy()
	s.arrives("order sends wallet.balance.deduct", deducting)
	s.reply(p.id, done(deductStep).refused("INTERNAL"))
	s.arrives("order sends wallet.balance.refund", refunding)
	s.reply(p.id, undone(deductStep).refused("PRECONDITION_FAILED"))
	before := p.state()
	p.cancel()
	s.t.True(reflect.DeepEqual(before, p.state()), check.Failure{
		ID: "again", Sentence: p.at + ": the cancellation moved it", Expected: "as before: " + before.String(), Seen: p.state().String(),
		Why: "it is accepted, and goes on when an operator resumes the saga: they look first at what was refused",
	})
	deducting.Release()
	refunding.Release()
}

// cancelSettled cancels orders whose purchase is over.
func (s *shop) cancelSettled(paid *purchase) {
	t := s.t
	t.Step("cancel an order that is paid: CANCELLED at once, its money and stock follow")
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	paid.at = "cancelled when it was paid"
	paid.cancel()
	s.arrives("order sends wallet.balance.refund", refunding)
	before := paid.state()
	paid.is("paid", "the order", "CANCELLED", before.order, "what was paid is cancelled at once")
	paid.sent("commands", "after the cancellation", "one command at a time", reserve, deduct, refund)
	paid.cancel()
	paid.strangerFails("was cancelled")
	t.True(reflect.DeepEqual(before, paid.state()), check.Failure{
		ID:       "again",
		Sentence: paid.at + ": a second cancellation changed it",
		Expected: "as before: " + before.String(),
		Seen:     paid.state().String(),
		Why:      "its saga is on its way",
	})
	refunding.Release()
	paid.ends("CANCELLED")
	paid.sent("commands", "when all is given back", "money and stock follow, one after the other", reserve, deduct, refund, release)
	paid.cancel()

	t.Step("cancel an order that is being shipped")
	shipped := s.customer("an order that is being shipped", rich)
	shipped.buy()
	shipped.ends("PAID")
	shipping := s.Broker("inventory").HoldDelivery(fault.Key(ship), 1)
	shipped.ship()
	s.arrives("order sends inventory.stock.ship", shipping)
	answer, err := shipped.cancelBy(t.Context(), shipped.buyer)
	t.NoError("the cancellation", err)
	t.True(answer.Status == 409 && answer.Reason == "NOT_CANCELLABLE", check.Failure{
		ID: "shipped", Sentence: "an order that is being shipped was cancelled", Expected: "409 with reason NOT_CANCELLABLE",
		Seen: answer.String() + "; " + shipped.state().String(), Why: "the parcel cannot be called back",
	})
	shipped.sent("shipped", "after the refusal", "nothing is undone", reserve, deduct, ship)
	shipping.Release()
	shipped.ends("SHIPPED")
}
