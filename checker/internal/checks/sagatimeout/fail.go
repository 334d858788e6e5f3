package sagatimeout

import (
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// fail lets the replies be missing that cannot be done without.
func fail(t *check.T) {
	s, _ := open(t)
	order, inventory, wallet := s.Broker("order"), s.Broker("inventory"), s.Broker("wallet")

	t.Step("a purchase is undone by a timeout, and wallet does not get the refund either")
	silent := s.strike("wallet never replied", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1)).purchase
	unseen := wallet.HoldDelivery(command(refund, silent), 1)
	s.stale(silent)
	silent.beingUndone(deductStep, "CONFIRMED", reserve, deduct, refund)
	s.arrives("order sends wallet.balance.refund", unseen)
	undone := silent.state()
	s.scan()
	silent.unchanged("hasty", "though its compensation was sent a moment ago", "each command has SAGA_STALE_AFTER for its reply", undone)

	t.Step("a purchase that its buyer gave up, a shipment and two cancellations wait as long")
	givenUp := s.strike("its buyer gave up", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1)).purchase
	refunding := wallet.HoldDelivery(command(refund, givenUp), 1)
	givenUp.cancel()
	s.arrives("order sends wallet.balance.refund", refunding)
	shipping, notRefunded, notReleased := s.customer("its shipment had no reply"), s.customer("its refund had no reply"), s.customer("its release had no reply")
	for _, p := range []*purchase{shipping, notRefunded, notReleased} {
		p.buy()
		p.ends("PAID")
	}
	forward := []*fault.MessageHold{
		inventory.HoldDelivery(fault.Key(ship), 1),
		wallet.HoldDelivery(command(refund, notRefunded), 1),
		inventory.HoldDelivery(command(release, notReleased), 1),
	}
	shipping.ship()
	notRefunded.cancel()
	notReleased.cancel()
	for _, hold := range forward {
		s.arrives("order sends its command", hold)
	}
	cases := []struct {
		*purchase
		order, step string
		commands    []string
	}{
		{silent, "CONFIRMED", deductStep, []string{reserve, deduct, refund}},
		{givenUp, "CONFIRMED", deductStep, []string{reserve, deduct, refund}},
		{shipping, "SHIPPED", shipStep, []string{reserve, deduct, ship}},
		{notRefunded, "CANCELLED", "REFUND_BALANCE", []string{reserve, deduct, refund}},
		{notReleased, "CANCELLED", "RELEASE_INVENTORY", []string{reserve, deduct, refund, release}},
	}
	failures := make([]state, len(cases))
	all := make([]*purchase, len(cases))
	for i, c := range cases {
		failures[i], all[i] = c.state(), c.purchase
		c.stuck = true
	}

	t.Step("all of them are too old: they fail")
	s.stale(all...)
	for i, c := range cases {
		st := c.moved(failures[i])
		c.is("not-failed", "its saga", "FAILED", st.saga,
			"it can only be repeated, and a service that has not replied for minutes needs a person to look at it")
		c.is("order-changed", "the order", c.order, st.order, "nothing is known that would change it")
		c.is("step-changed", "its current step", c.step, st.step, "resume repeats the command of this step")
		c.sent("commands", "after the timeout", "whether to repeat the command is for an operator to decide", c.commands...)
		t.True(st.problem != "", check.Failure{
			ID: "no-reason", Sentence: c.at + ": its saga has failed and does not say why", Expected: "an error in the step " + c.step,
			Seen: "none", Why: "it is what `sagas list` and the log show to an operator",
		})
		failures[i] = st
	}
	givenUp.is("first-failure", "the reason for its undoing", "BUYER_REQUEST", failures[1].failureCode, "the first failure stays: the order is cancelled with it")
	silent.is("first-failure", "the reason for its undoing", "UNCERTAIN", failures[0].failureCode, "the first failure stays: the order is cancelled with it")

	t.Step("they get older, and wallet replies after all: a saga that has failed waits for an operator")
	s.stale(all...)
	s.scan()
	refunded := order.HoldDelivery(replyOf(deductStep, true), 1)
	refunding.Release()
	s.arrives("wallet replies to wallet.balance.refund", refunded)
	s.late("the reply to a saga that has failed", refunded)
	for i, c := range cases {
		c.unchanged("moved-again", "though its saga has failed", "it must not move while a person looks at it", failures[i])
		if c.purchase == silent {
			c.reported("COMPENSATING", "FAILED")
		} else {
			c.reported("FAILED")
		}
	}
}
