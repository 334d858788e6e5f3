package sagatimeout

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	whyUndo = "the step that had no reply may have happened, or may still happen: it is undone first, and then the steps before it"
	whyLate = "a message that is slow is not lost: what comes after the timeout must change nothing"
)

// lost lets messages be missing at every step until their sagas have timed out, and come then.
func lost(t *check.T) {
	s, _ := open(t)
	s.undone()
	s.failed()
	s.judge()
}

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

// undone lets the replies to purchases be missing at each step, for different reasons.
func (s *shop) undone() {
	t := s.t
	order, inventory, wallet := s.Broker("order"), s.Broker("inventory"), s.Broker("wallet")
	t.Step("four purchases wait for a reply that does not come: a command is lost or a reply is, at each step")
	noReserve := s.strike("inventory did not get its command", "order sends inventory.stock.reserve", inventory.HoldDelivery(fault.Key(reserve), 1))
	reserved := s.strike("inventory's reply did not come", "inventory replies", order.HoldDelivery(replyOf(reserveStep, false), 1))
	noDeduct := s.strike("wallet did not get its command", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1))
	deducted := s.strike("wallet's reply did not come", "wallet replies", order.HoldDelivery(replyOf(deductStep, false), 1))
	young := s.strike("wallet still has time to reply", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1))
	unharmed := young.state()

	t.Step("eleven minutes pass for them, and nine for a fifth one. SAGA_STALE_AFTER is ten minutes")
	s.age("9 minutes", young.purchase)
	stale := []struck{noReserve, reserved, noDeduct, deducted}
	s.stale(noReserve.purchase, reserved.purchase, noDeduct.purchase, deducted.purchase)
	for _, p := range stale {
		want := []string{reserve, release}
		if p == noDeduct || p == deducted {
			want = []string{reserve, deduct, refund, release}
		}
		p.reaches("the monitor moves its saga, which is older than SAGA_STALE_AFTER", func(st state) bool { return st.saga != "RUNNING" })
		st := p.ends("CANCELLED")
		p.sent("commands", "when all is undone", whyUndo, want...)
		p.is("cancel-code", "the reason of the cancellation", "UNCERTAIN", st.code,
			"no service refused anything and the buyer did not give up: the shop does not know what happened")
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
	young.unchanged("young", "though its saga has waited for nine minutes of ten", "a reply that is on its way would be ignored", unharmed)
	young.hold.Release()
	young.ends("PAID")
}

// failed lets a refund and a shipment be lost, and an operator resume both sagas.
func (s *shop) failed() {
	t := s.t
	order, inventory, wallet := s.Broker("order"), s.Broker("inventory"), s.Broker("wallet")
	t.Step("wallet gets neither the deduction nor the refund; inventory does not get the shipment of another order")
	silent := s.strike("wallet is silent", "order sends wallet.balance.deduct", wallet.HoldDelivery(fault.Key(deduct), 1))
	refunding := wallet.HoldDelivery(command(refund, silent.purchase), 1)
	s.stale(silent.purchase)
	s.arrives("order sends wallet.balance.refund", refunding)
	shipping := s.customer("its shipment is lost")
	shipping.buy()
	shipping.ends("PAID")
	ships := inventory.HoldDelivery(command(ship, shipping), 1)
	shipping.ship()
	s.arrives("order sends inventory.stock.ship", ships)
	s.stale(silent.purchase, shipping)
	want := map[*purchase][]string{silent.purchase: {reserve, deduct, refund}, shipping: {reserve, deduct, ship}}
	for _, p := range []*purchase{silent.purchase, shipping} {
		p.reaches("the monitor lets its saga fail", func(st state) bool { return st.saga == "FAILED" })
		p.sent("commands", "after the timeout", "whether to repeat the command is for an operator to decide", want[p]...)
	}

	t.Step("wallet refunds after all: a saga that has failed waits for an operator")
	before := silent.state()
	refunded := order.HoldDelivery(replyOf(deductStep, true), 1)
	refunding.Release()
	s.arrives("wallet replies to wallet.balance.refund", refunded)
	s.late("the reply to a saga that has failed", refunded)
	silent.unchanged("late", "when the late reply came", "it must not move while a person looks at it", before)

	t.Step("the operator resumes both; the lost messages come then")
	silent.resumes()
	shipping.resumes()
	silent.hold.Release()
	ships.Release()
	st := silent.ends("CANCELLED")
	silent.sent("commands", "after the resume", "the compensation is repeated, then the step before is undone", reserve, deduct, refund, refund, release)
	silent.is("cancel-code", "the reason of the cancellation", "UNCERTAIN", st.code, "the first failure stays: it is why the order is cancelled")
	shipping.ends("SHIPPED")
	shipping.sent("commands", "after the resume", "the action is repeated", reserve, deduct, ship, ship)
}

// resumes fails unless the operator can resume the saga with the command sagas.
func (p *purchase) resumes() {
	t := p.s.t
	c := t.Command(sagas, map[string]string{"DATABASE_URL": t.Lease().Databases["order_db"], "SERVICE_ENV": "dev"}, "resume", p.id).Start()
	t.Eventually("sagas resume ends", patience, func(context.Context) (string, bool) {
		select {
		case <-c.Ended():
			return "", true
		default:
			return "it still runs", false
		}
	})
	code, stdout, stderr := c.Result()
	t.True(code == 0 && strings.Contains(stdout+stderr, resumed), check.Failure{
		ID: "refused", Sentence: p.at + ": the operator's resume did not succeed", Expected: "exit code 0, and a line with the event " + resumed,
		Seen: fmt.Sprintf("exit code %d; %s%s; %s", code, stdout, stderr, p.state()), Why: "every saga that is open can be resumed",
	})
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

// unchanged fails unless everything is as before.
func (p *purchase) unchanged(id, moment, why string, before state) {
	after := p.state()
	p.s.t.True(reflect.DeepEqual(before, after), check.Failure{
		ID: id, Sentence: p.at + ": it has changed " + moment, Expected: "as before: " + before.String(), Seen: after.String(), Why: why,
	})
}
