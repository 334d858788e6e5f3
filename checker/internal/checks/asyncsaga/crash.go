package asyncsaga

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// crash brings purchases to every point between two messages, lets them stand there, and kills order once for all of them.
func crash(t *check.T) {
	s, _ := open(t)
	order, inventory, wallet := s.Broker("order"), s.Broker("inventory"), s.Broker("wallet")
	var late, lost []*fault.MessageHold
	strike := func(at string, money int64, hold *fault.MessageHold, held *[]*fault.MessageHold) *purchase {
		p := s.customer(at, money)
		p.buy()
		s.arrives(at, hold)
		*held = append(*held, hold)
		return p
	}

	t.Step("bring purchases to every point between two messages and let them stand there")
	strike("order dies when inventory has not seen the reservation", rich, inventory.HoldDelivery(fault.Key(reserve), 1), &late)
	strike("order dies before it sees inventory's reply", rich, order.HoldDelivery(replyOf(reserveStep, false), 1), &lost)
	// It goes on meanwhile. Its messages must have passed before others are held.
	strike("order dies when it has applied inventory's reply and the broker does not know",
		rich, order.HoldAck(replyOf(reserveStep, false), 1), &lost).ends("PAID")
	strike("order dies before it sees wallet's reply", rich, order.HoldDelivery(replyOf(deductStep, false), 1), &lost)
	strike("order dies before it sees wallet's refusal", poor, order.HoldDelivery(replyOf(deductStep, false), 1), &lost)
	strike("order dies before it sees the reply to its release", poor, order.HoldDelivery(replyOf(reserveStep, true), 1), &lost)
	refusal := order.HoldDelivery(replyOf(deductStep, false), 1)
	strike("wallet refuses", poor, refusal, &lost).at = "order dies before its release reaches the broker"
	t.Step("two purchases are cancelled and stand in the middle of their undoing")
	deducting, refunding := wallet.HoldDelivery(fault.Key(deduct), 1), wallet.HoldDelivery(fault.Key(refund), 1)
	strike("order dies while the refund waits, and the deduction with it", rich, deducting, &late).cancel()
	s.arrives("order sends wallet.balance.refund", refunding)
	late = append(late, refunding)
	deducting, refunded := wallet.HoldDelivery(fault.Key(deduct), 1), order.HoldDelivery(replyOf(deductStep, true), 1)
	strike("order dies before it sees the reply to its refund", rich, deducting, &late).cancel()
	s.arrives("wallet replies to wallet.balance.refund", refunded)
	lost = append(lost, refunded)
	proceed := s.inTheMiddle()
	releasing := order.HoldPublish(fault.Key(release), 1) // from here on order publishes nothing else
	refusal.Release()
	s.arrives("order sends inventory.stock.release", releasing)

	t.Step("kill order: %d purchases are on their way", len(s.all())-1)
	t.Ours("kill order", s.Service("order").Kill())
	for _, hold := range lost {
		hold.Drop()
	}
	proceed()
	s.forgetRelay()
	t.Step("start order again; what was under way all the time arrives now")
	t.NoError("start order again", s.Service("order").Restart(t.Context(), nil))
	t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
	for _, hold := range append(late, releasing) {
		hold.Release()
	}
	s.judge()
}

// forgetRelay ends the leases of the relay that died with order: a check does not wait for them to run out.
func (s *shop) forgetRelay() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.db.Exec(s.t.Context(), `WITH gone AS (DELETE FROM outbox_relays)
		UPDATE outbox_leases SET expires_at = clock_timestamp() - interval '1 second' WHERE expires_at IS NOT NULL`)
	s.t.Ours("end the leases of the relay", err)
}

// inTheMiddle brings a purchase to where order applies inventory's reply and has not stored the next command yet: a trigger waits there
// for a lock that the check holds.
func (s *shop) inTheMiddle() (proceed func()) {
	t := s.t
	t.Step("a purchase stands where its next command is being stored")
	p := s.customer("order dies while it applies inventory's reply", rich)
	reserved := s.Broker("order").HoldDelivery(replyOf(reserveStep, false), 1)
	p.buy()
	s.arrives("inventory replies to inventory.stock.reserve", reserved)
	s.mu.Lock()
	_, err := s.db.Exec(t.Context(), fmt.Sprintf(`
		CREATE FUNCTION checker_waits() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN PERFORM pg_advisory_xact_lock(25); RETURN NEW; END $$;
		CREATE TRIGGER checker_waits BEFORE INSERT ON outbox_events FOR EACH ROW
			WHEN (NEW.aggregate_id = '%s' AND NEW.event_type = '%s') EXECUTE FUNCTION checker_waits()`, p.id, deduct))
	s.mu.Unlock()
	t.Ours("make the outbox wait", err)
	unlock := t.LockRows("order_db", `SELECT pg_advisory_xact_lock(25)`)
	before := p.state()
	reserved.Release()
	t.Eventually(p.at+": order stores wallet.balance.deduct", patience, func(context.Context) (string, bool) {
		return p.state().String(), s.waiting() > 0
	})
	st := p.state()
	t.True(st.order == before.order && st.version == before.version, check.Failure{
		ID:       "not-atomic",
		Sentence: "the saga moved before its next command was stored",
		Expected: "as before, until all of it is committed: " + before.String(),
		Seen:     st.String(), Why: "a crash between the two leaves a saga that waits for the reply to a command that is never sent",
	})
	return unlock
}
