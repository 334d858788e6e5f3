package saga

import (
	"context"
	"slices"
	"time"

	"stagecraft/checker/internal/check"
)

// overtaken keeps answers from a driver that is alive until a scanner takes its sagas over, and then lets it go on.
func overtaken(t *check.T) {
	s := open(t, map[string]string{"SAGA_SCAN_INTERVAL": "1h"})
	inventory, wallet := s.Call("order", "inventory"), s.Call("order", "wallet")
	t.Step("two drivers wait for answers that do not come: one from inventory, one from wallet")
	early := s.customer("inventory's answer came when the saga had been taken over and ended", rich)
	reserved := inventory.HoldAnswer("Reserve", 1)
	early.mustStrikeAt(reserved)
	late := s.customer("wallet's answer came while another was undoing the purchase", rich)
	deducted := wallet.HoldAnswer("Deduct", 1)
	late.mustStrikeAt(deducted)

	t.Step("a second replica of order scans; the first saga looks an hour old")
	_, err := s.StartSecond(t.Context(), "order", map[string]string{"SAGA_SCAN_INTERVAL": "100ms"})
	t.NoError("start a second order service", err)
	s.age(early.id())
	early.ends()
	t.Step("the other saga looks an hour old; hold the second replica when it has given the money back")
	release := s.Call("order-2", "inventory").HoldCall("Release", 1)
	s.age(late.id())
	s.within(patience, func() bool {
		order, err := late.order(t.Context())
		return release.Call().Name() != "" || err == nil && final(order.Status)
	})

	t.Step("now the answers arrive at the drivers that were overtaken")
	reserved.Release()
	deducted.Release()
	early.mustEnd()
	s.within(500*time.Millisecond, late.answered) // a driver that stops answers only when the other has finished
	release.Release()
	late.mustEnd()
	s.judge()
	s.overtakenByFailure()
	s.judge()
	s.repeat()
	s.judge()
}

// overtakenByFailure is overtaken when the answer that comes late is none: the call broke.
func (s *shop) overtakenByFailure() {
	t := s.t
	t.Step("a third driver's call to wallet breaks when its saga has been taken over and ended")
	inventory, wallet := s.Call("order", "inventory"), s.Call("order", "wallet")
	p := s.customer("wallet's answer was lost when the saga had been taken over and ended", rich)
	answer := wallet.HoldAnswer("Deduct", 1)
	p.mustStrikeAt(answer)
	s.age(p.id())
	p.ends()
	since := time.Now()
	answer.Drop()
	p.mustEnd()
	saga := sagaOf(answer.Call())
	for _, call := range slices.Concat(wallet.Calls("Refund"), inventory.Calls("Release")) {
		t.True(sagaOf(call) != saga || call.Begin.Before(since), check.Failure{
			Sentence: "a driver went on undoing a saga that had been taken over",
			Expected: "no call of a driver that has lost its saga", Seen: call.Name() + " after another had ended the saga",
			Why: "the other worker may have come to another end, and it is stored: a driver that cannot store its own has lost the saga and must stop",
		})
	}
}

// id returns the id of the order.
func (p *purchase) id() (id string) {
	p.s.t.Eventually("the shop shows an order that is on its way", 5*time.Second, func(ctx context.Context) (string, bool) {
		order, err := p.order(ctx)
		if err != nil {
			return err.Error(), false
		}
		id = order.ID
		return order.Status, id != ""
	})
	return id
}
