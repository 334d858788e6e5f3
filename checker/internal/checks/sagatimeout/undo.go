package sagatimeout

import (
	"fmt"
	"reflect"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	whyUndo = "the step that had no reply may have happened, or may still happen: it is undone first, and then the steps before it"
	whyLate = "a message that is slow is not lost: what comes after the timeout must change nothing"
)

// struck is a purchase that stands at a message which is held.
type struck struct {
	*purchase
	hold *fault.MessageHold
}

func (s *shop) strike(at, arrival string, hold *fault.MessageHold) struck {
	p := s.customer(at)
	p.buy()
	s.arrives(arrival, hold)
	return struck{p, hold}
}

// undo lets the replies to purchases be missing at every step, for different reasons.
func undo(t *check.T) {
	s, _ := open(t)
	order, inventory, wallet := s.Broker("order"), s.Broker("inventory"), s.Broker("wallet")
	t.Step("four purchases wait for a reply that does not come: a command is lost or a reply is, at each step")
	noReserve := s.strike("inventory did not get its command", "order sends inventory.stock.reserve", inventory.HoldDelivery(fault.Key(reserve), 1))
	reserved := s.strike("inventory's reply did not come", "inventory replies", order.HoldDelivery(replyOf(reserveStep, false), 1))
	noDeduct := s.strike("wallet did not get its command", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1))
	deducted := s.strike("wallet's reply did not come", "wallet replies", order.HoldDelivery(replyOf(deductStep, false), 1))
	young := s.strike("wallet still has time to reply", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1))
	releasing := inventory.HoldDelivery(command(release, noReserve.purchase), 1)
	refunding := wallet.HoldDelivery(command(refund, deducted.purchase), 1)
	unharmed := young.state()

	t.Step("eleven minutes pass for them, and nine for a fifth one. SAGA_STALE_AFTER is ten minutes")
	s.age("9 minutes", young.purchase)
	stale := []struck{noReserve, reserved, noDeduct, deducted}
	s.stale(noReserve.purchase, reserved.purchase, noDeduct.purchase, deducted.purchase)
	deducted.beingUndone(deductStep, "CONFIRMED", reserve, deduct, refund)
	noReserve.beingUndone(reserveStep, "PENDING", reserve, release)
	refunding.Release()
	releasing.Release()
	for _, p := range stale {
		want := []string{reserve, release}
		if p == noDeduct || p == deducted {
			want = []string{reserve, deduct, refund, release}
		}
		st := p.ends("CANCELLED")
		p.sent("commands", "when all is undone", whyUndo, want...)
		p.is("cancel-code", "the reason of the cancellation", "UNCERTAIN", st.code,
			"no service refused anything and the buyer did not give up: the shop does not know what happened")
		p.is("not-compensated", "its saga", "COMPENSATED", st.saga, "everything is undone")
	}

	t.Step("now the lost commands and replies come after all")
	for _, p := range stale {
		before := p.state()
		if p == reserved || p == deducted {
			s.late("the late reply", p.hold)
		} else {
			step := reserveStep
			if p == noDeduct {
				step = deductStep
			}
			refused := order.HoldDelivery(replyAbout(p.purchase, step), 1)
			p.hold.Release()
			s.arrives(p.at+": the service refuses the late command", refused)
			s.late("the reply to the late command", refused)
		}
		p.unchanged("late", "when the late message came", whyLate, before)
	}
	t.Step("the fifth purchase is as before, and goes on")
	s.scan()
	young.unchanged("young", "though its saga has waited for nine minutes of ten", "a reply that is on its way would be ignored", unharmed)
	young.hold.Release()
	young.ends("PAID")
	for _, p := range stale {
		p.reported("COMPENSATING")
	}
	s.judge()
}

// replyAbout matches the reply to the action of a step of one order.
func replyAbout(p *purchase, step string) fault.Match {
	match := replyOf(step, false)
	match.Header = map[string]string{"aggregate_id": p.id}
	return match
}

// late lets a held reply go and waits until order has handled it.
func (s *shop) late(what string, hold *fault.MessageHold) {
	id := hold.Passage().Message.ID
	hold.Release()
	s.handled(what, id)
}

// moved waits until the saga is not what it was, and returns its state.
func (p *purchase) moved(before state) state {
	return p.reaches("the monitor moves its saga, which is older than SAGA_STALE_AFTER", func(st state) bool { return st.version != before.version })
}

// beingUndone fails unless the monitor has made the saga undo this step, with these commands so far.
func (p *purchase) beingUndone(step, order string, commands ...string) {
	st := p.reaches("the monitor moves its saga, which is older than SAGA_STALE_AFTER", func(st state) bool {
		return st.saga != "RUNNING" || len(st.commands) >= len(commands)
	})
	p.is("not-compensating", "its saga", "COMPENSATING", st.saga,
		"the buyer has waited long enough: a purchase that has no reply is undone, and what may have been taken is given back")
	p.sent("commands", "after the timeout", whyUndo, commands...)
	p.is("not-compensating", "its current step", step, st.step, "the reply to this compensation moves it on")
	p.is("cancelled-early", "the order", order, st.order, "a buyer who reads CANCELLED believes that their money is back")
}

// unchanged fails unless everything is as before.
func (p *purchase) unchanged(id, moment, why string, before state) {
	after := p.state()
	p.s.t.True(reflect.DeepEqual(before, after), check.Failure{
		ID: id, Sentence: p.at + ": it has changed " + moment, Expected: "as before: " + before.String(), Seen: after.String(), Why: why,
	})
}

// reported fails unless the log has one line about each timeout of the saga, with the status that it then had.
func (p *purchase) reported(want ...string) {
	st := p.state()
	var got []string
	p.s.t.Within(patience/2, func() bool { return len(p.logged(timedOut)) >= len(want) })
	for _, line := range p.logged(timedOut) {
		got = append(got, line.Field("status"))
		p.s.t.True(line.Level == "warn" && line.Field("saga_id") == st.sagaID && line.Field("saga_type") == st.sagaType, check.Failure{
			ID: "log", Sentence: p.at + ": the log line " + timedOut + " does not say which saga timed out",
			Expected: fmt.Sprintf("level warn, saga_type %s, saga_id %s", st.sagaType, st.sagaID), Seen: line.Raw,
			Why: "an operator looks for the saga with it",
		})
	}
	p.s.t.True(reflect.DeepEqual(want, got), check.Failure{
		ID: "log", Sentence: p.at + ": its timeouts are not in the log as they happened",
		Expected: timedOut + " with status " + list(want), Seen: timedOut + " with status " + list(got),
		Why: "one line for each timeout, with the status after it, when it is committed: an operator sees in it which service is silent",
	})
}
