package asyncsaga

import (
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// replies looks at what each kind of reply does.
func replies(t *check.T) {
	s, paid := open(t)
	paid.sent("commands", "of a purchase that was paid", "each reply brings one command: that of the next step", reserve, deduct)
	paid.announced("order.order.created", "order.order.confirmed", "order.order.paid")
	paid.is("not-completed", "its saga", "COMPLETED", paid.state().saga, "after its last step a saga waits for nothing")
	s.refusals()
	s.forward()
	s.judge()
}

// refusals lets each step be refused, by the services themselves.
func (s *shop) refusals() {
	t := s.t
	t.Step("refusals: no stock, no money")
	noStock := s.customer("a purchase of more than there is", rich)
	sold, err := s.Shop.AdjustStock(t.Context(), noStock.sku, "gone-"+noStock.key, -stock)
	s.ok("empty the shelf", sold.OK(), sold, err)
	noMoney := s.customer("a purchase without the money", poor)
	noStock.buy()
	noMoney.buy()
	st := noStock.ends("CANCELLED")
	noStock.sent("commands", "when the first step was refused", "what was refused did not happen: there is nothing to undo", reserve)
	noStock.is("cancel-code", "the reason of the cancellation", "OUT_OF_STOCK", st.code, "the buyer reads it: failureOf knows the reason")
	noStock.is("not-compensated", "its saga", "COMPENSATED", st.saga, "everything is undone: the saga needs no more work")
	st = noMoney.ends("CANCELLED")
	noMoney.sent("commands", "when the second step was refused",
		"the first step is done and is undone; the second was refused, so there is nothing of it to undo", reserve, deduct, release)
	noMoney.is("cancel-code", "the reason of the cancellation", "INSUFFICIENT_BALANCE", st.code,
		"the buyer reads it: failureOf knows the reason")
	noMoney.announced("order.order.created", "order.order.confirmed", "order.order.cancelled")
}

// forward looks at sagas that cannot be undone: they go on, and fail when they are refused.
func (s *shop) forward() {
	t := s.t
	t.Step("a shipment: done, and refused")
	shipped := s.customer("an order that is shipped", rich)
	shipped.buy()
	shipped.ends("PAID")
	shipped.ship()
	shipped.ends("SHIPPED")
	refused := s.customer("an order whose shipment is refused", rich)
	refused.buy()
	refused.ends("PAID")
	held := s.Broker("inventory").HoldDelivery(fault.Key(ship), 1)
	refused.ship()
	s.arrives("order sends inventory.stock.ship", held)
	s.reply(refused.id, done(shipStep).refused("PRECONDITION_FAILED"))
	st := refused.state()
	refused.is("not-failed", "the saga whose only step was refused", "FAILED", st.saga,
		"a shipment cannot be undone: an operator must see it, and FAILED is what operators see")
	refused.is("order-changed", "the order", "SHIPPED", st.order, "only a purchase that is undone cancels its order")
	refused.sent("commands", "after the refusal", "there is no compensation to send", reserve, deduct, ship)
	refused.stuck = true
	held.Release()
}
