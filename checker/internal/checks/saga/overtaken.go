package saga

import (
	"context"
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
	s.within(500*time.Millisecond, late.answered) // who has understood says nothing until the other has finished
	release.Release()
	late.mustEnd()
	s.judge()
	s.repeat()
	s.judge()
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
