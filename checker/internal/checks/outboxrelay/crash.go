package outboxrelay

import (
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// crash kills the wallet when the broker has an event and the relay does not know it, and when the event is still on its way.
func crash(t *check.T) {
	s := open(t, shortLease)
	link := s.Broker(wallet)
	t.Step("hold l-1 before the broker sees it, and lose the confirm of d-1")
	lost := link.DropPublish(fault.ID("l-1"), 0)
	unconfirmed := link.DropConfirm(fault.ID("d-1"), 0)
	l, d := events("l", 1, 3), events("d", 1, 3)
	s.insert(append(l, d...)...)
	s.publishes(wallet, "l-1", 1)
	s.publishes(wallet, "d-1", 1)
	t.Step("kill the wallet at this point")
	t.Ours("kill the wallet", s.Service(wallet).Kill())
	const why = "a relay that dies between publish and mark has to publish again; what was marked before is lost instead"
	s.unsent("l-1", "before the broker had it", why)
	s.unsent("d-1", "before the relay knew that the broker has it", why)

	t.Step("start the wallet again")
	lost.Remove()
	unconfirmed.Remove()
	t.NoError("start the wallet again", s.Service(wallet).Restart(t.Context(), nil))
	s.sent(l...)
	s.sent(d...)
	s.arrived("l", 3)
	s.arrived("d", 3)
}
