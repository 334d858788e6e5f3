package asyncsaga

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const whyOnce = "a reply moves its saga once, however many replicas get it"

// copies is how many copies of one reply two replicas get.
const copies = 6

// race lets what moves one saga meet: the checker holds the saga's row until all of them stand at it.
func race(t *check.T) {
	s, _ := open(t)
	t.Step("start a second replica of order")
	_, err := s.StartSecond(t.Context(), "order", nil)
	t.NoError("start a second order service", err)
	s.twoReplicas()
	s.replyBeforeCancel()
	s.cancelBeforeReply()
	s.judge()
}

// twoReplicas gives one reply to both replicas, several times, in the same moment.
func (s *shop) twoReplicas() {
	t := s.t
	t.Step("both replicas get copies of inventory's reply, while the saga's row is locked")
	p := s.customer("two replicas got the same replies", rich)
	reserving := s.Broker("inventory").HoldDelivery(fault.Key(reserve), 1)
	deducting := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p.buy()
	s.arrives("order sends inventory.stock.reserve", reserving)
	s.together(p, done(reserveStep))
	p.sent("twice", "after copies of one reply", whyOnce, reserve, deduct)
	p.announced("order.order.created", "order.order.confirmed")
	reserving.Release()
	t.Step("both replicas get copies of wallet's reply")
	s.arrives("order sends wallet.balance.deduct", deducting)
	s.together(p, done(deductStep))
	p.announced("order.order.created", "order.order.confirmed", "order.order.paid")
	deducting.Release()
	p.ends("PAID")

	t.Step("both replicas get copies of the reply to a refund")
	p = s.customer("two replicas got the same reply to a refund", rich)
	deducting = s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	refunding := s.Broker("wallet").HoldDelivery(fault.Key(refund), 1)
	releasing := s.Broker("inventory").HoldDelivery(fault.Key(release), 1)
	p.buy()
	s.arrives("order sends wallet.balance.deduct", deducting)
	s.replyAtLast(p.id, done(deductStep).refused("UNAVAILABLE"))
	s.arrives("order sends wallet.balance.refund", refunding)
	s.together(p, undone(deductStep))
	p.sent("twice", "after copies of one reply", whyOnce, reserve, deduct, refund, release)
	refunding.Release()
	s.arrives("order sends inventory.stock.release", releasing)
	s.together(p, undone(reserveStep))
	p.announced("order.order.created", "order.order.confirmed", "order.order.cancelled")
	releasing.Release()
	deducting.Release()
	p.ends("CANCELLED")
}

// replyAtLast sends one reply and waits until a replica has handled it.
func (s *shop) replyAtLast(orderID string, a answer) {
	m := a.message(orderID)
	s.t.Ours("publish a reply", s.t.Broker().Publish(m))
	s.handledAtLast(a.String(), m.ID)
}

// together publishes copies of a reply and lets them go when they stand at the saga's row.
func (s *shop) together(p *purchase, a answer) {
	unlock := s.lock(p)
	messages := make([]fault.Message, copies)
	for i := range messages {
		messages[i] = a.message(p.id)
	}
	s.t.Ours("publish copies of a reply", s.t.Broker().Publish(messages...))
	s.t.Within(2*time.Second, func() bool { return s.waiting() >= 4 }) // a replica that skips locked rows does not wait
	unlock()
	for _, m := range messages {
		s.handledAtLast(a.String(), m.ID)
	}
}

// handledAtLast waits until a reply is acknowledged; a transaction that lost a race may be repeated by another delivery.
func (s *shop) handledAtLast(what, id string) {
	s.t.Eventually("order handles "+what, patience, func(context.Context) (string, bool) {
		acks := s.Brokers().Passages(fault.Ack, fault.ID(id))
		if len(acks) == 0 {
			return "not acknowledged yet", false
		}
		last := acks[len(acks)-1]
		return last.String(), !last.Negative
	})
}

// lock locks the saga of the purchase.
func (s *shop) lock(p *purchase) (unlock func()) {
	return s.t.LockRows("order_db", `SELECT 1 FROM saga_executions WHERE aggregate_id = $1 FOR UPDATE`, p.id)
}

// replyBeforeCancel lets the last reply and a cancellation wait for the saga, in this order.
func (s *shop) replyBeforeCancel() {
	s.t.Step("the last reply and a cancellation wait for the saga, the reply first")
	p, deducting := s.beforeLastReply("the last reply came right before the cancellation")
	unlock := s.lock(p)
	m := done(deductStep).message(p.id)
	s.t.Ours("publish a reply", s.t.Broker().Publish(m))
	s.t.Within(2*time.Second, func() bool { return s.waiting() >= 1 })
	answered := p.cancelLater()
	s.t.Within(2*time.Second, func() bool { return s.waiting() >= 2 })
	unlock()
	s.handledAtLast("wallet's reply", m.ID)
	p.accepted(answered)
	p.ends("CANCELLED")
	p.sent("race", "after both", "the order is paid when the cancellation comes to it: its money and stock are given back",
		reserve, deduct, refund, release)
	deducting.Release()
}

// cancelBeforeReply is the other order.
func (s *shop) cancelBeforeReply() {
	s.t.Step("a cancellation and the last reply wait for the saga, the cancellation first")
	p, deducting := s.beforeLastReply("the cancellation came right before the last reply")
	unlock := s.lock(p)
	answered := p.cancelLater()
	s.t.Within(2*time.Second, func() bool { return s.waiting() >= 1 })
	m := done(deductStep).message(p.id)
	s.t.Ours("publish a reply", s.t.Broker().Publish(m))
	s.t.Within(2*time.Second, func() bool { return s.waiting() >= 2 })
	unlock()
	s.handledAtLast("wallet's reply", m.ID)
	p.accepted(answered)
	p.ends("CANCELLED")
	p.sent("race", "after both", "each step is undone once", reserve, deduct, refund, release)
	deducting.Release()
}

// beforeLastReply brings a purchase to where order waits for wallet's reply. Wallet has not seen the command; the check replies.
func (s *shop) beforeLastReply(at string) (*purchase, *fault.MessageHold) {
	p := s.customer(at, rich)
	deducting := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p.buy()
	s.arrives("order sends wallet.balance.deduct", deducting)
	return p, deducting
}

type cancellation struct {
	answer stack.Answer[json.RawMessage]
	err    error
}

// cancelLater cancels in the background.
func (p *purchase) cancelLater() <-chan cancellation {
	answered := make(chan cancellation, 1)
	p.s.t.Go(func() {
		answer, err := p.cancelBy(p.s.t.Context(), p.buyer)
		answered <- cancellation{answer, err}
	})
	return answered
}

func (p *purchase) accepted(answered <-chan cancellation) {
	var c cancellation
	p.s.t.Eventually(p.at+": the cancellation is answered", patience, func(context.Context) (string, bool) {
		select {
		case c = <-answered:
			return fmt.Sprint(c.err), true
		default:
			return "no answer", false
		}
	})
	p.cancelled(c.answer, c.err)
}
