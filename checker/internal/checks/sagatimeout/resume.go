package sagatimeout

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const whyResume = "the command may be lost, and every service does a command once: to send it again is safe, and moves the saga on"

// resume lets an operator resume sagas in each state.
func resume(t *check.T) {
	s, paid := open(t)
	s.resumeRunning()
	s.resumeUndoing()
	s.resumeFailed()
	s.resumeForward()
	s.resumeSeveral(paid)
	s.resumeMeetsReply()
	s.judge()
}

// operator runs the command sagas with resume, and returns when it has ended.
func (s *shop) operator(ids ...string) (code int, output string) {
	return s.ended(s.start(ids...))
}

func (s *shop) start(ids ...string) *check.Command {
	return s.t.Command(sagas, map[string]string{"DATABASE_URL": s.t.Lease().Databases["order_db"], "SERVICE_ENV": "dev"},
		append([]string{"resume"}, ids...)...).Start()
}

func (s *shop) ended(c *check.Command) (code int, output string) {
	s.t.Eventually("sagas resume ends", patience, func(context.Context) (string, bool) {
		select {
		case <-c.Ended():
			return "", true
		default:
			return "it still runs", false
		}
	})
	code, stdout, stderr := c.Result()
	return code, stdout + stderr
}

// resumes fails unless the operator can resume the purchase.
func (p *purchase) resumes() {
	code, output := p.s.operator(p.id)
	p.resumed(code, output)
}

func (p *purchase) resumed(code int, output string) {
	p.s.t.True(code == 0 && strings.Contains(output, resumed), check.Failure{
		ID: "refused", Sentence: p.at + ": the operator's resume did not succeed",
		Expected: "exit code 0, and a line with the event " + resumed, Seen: fmt.Sprintf("exit code %d; %s; %s", code, output, p.state()),
		Why: "every saga that is open can be resumed",
	})
}

// resumeRunning has a purchase whose command is lost.
func (s *shop) resumeRunning() {
	t := s.t
	t.Step("wallet did not get the deduction: the operator resumes the purchase while it runs")
	p := s.deducting("wallet did not get the deduction")
	p.resumes()
	p.sent("commands", "after the resume", whyResume, reserve, deduct, deduct)
	st := p.ends("PAID")
	p.is("not-completed", "its saga", "COMPLETED", st.saga, "the command that was sent again was done")
	t.Step("the lost command comes after all")
	p.hold.Release()
}

// resumeUndoing has a purchase that is being undone, whose compensation is lost.
func (s *shop) resumeUndoing() {
	t := s.t
	t.Step("wallet did not get the refund: the operator resumes the purchase while it is being undone, twice")
	p, lost := s.undoing("wallet did not get the refund")
	again := s.Broker("wallet").HoldDelivery(command(refund, p.purchase), 1)
	last := s.Broker("wallet").HoldDelivery(command(refund, p.purchase), 2)
	p.resumes()
	s.arrives("order sends wallet.balance.refund again", again)
	p.is("not-compensating", "its saga", "COMPENSATING", p.state().saga, "it is being undone, and must be until it is")
	p.resumes()
	p.sent("commands", "after two resumes", whyResume, reserve, deduct, refund, refund, refund)
	s.arrives("order sends wallet.balance.refund for the third time", last)
	last.Release()
	st := p.ends("CANCELLED")
	p.is("cancel-code", "the reason of the cancellation", "BUYER_REQUEST", st.code, "the first failure stays: it is why the order is cancelled")
	lost.Release()
	again.Release()
	p.hold.Release()
}

// resumeFailed has a purchase whose compensation was refused, and whose reply comes late.
func (s *shop) resumeFailed() {
	t := s.t
	t.Step("wallet refused to refund, and is fixed now: the operator resumes the saga that has failed")
	p, refunding := s.undoing("wallet refused to refund")
	s.reply(p.id, undone(deductStep).refused("PRECONDITION_FAILED"))
	p.is("not-failed", "its saga", "FAILED", p.state().saga, "a refused compensation needs an operator")
	again := s.Broker("wallet").HoldDelivery(command(refund, p.purchase), 1)
	p.resumes()
	st := p.state()
	p.is("not-compensating", "its saga", "COMPENSATING", st.saga, "a saga that has failed ignores every reply: it must wait for this one")
	p.sent("commands", "after the resume", "what may have been taken is given back: the purchase is not taken up again",
		reserve, deduct, refund, refund)
	p.is("cancelled-early", "the order", "CONFIRMED", st.order, "it is cancelled when everything is undone")
	s.arrives("order sends wallet.balance.refund again", again)
	again.Release()
	st = p.ends("CANCELLED")
	p.sent("commands", "when all is undone", "the step before is undone next", reserve, deduct, refund, refund, release)
	p.is("cancel-code", "the reason of the cancellation", "BUYER_REQUEST", st.code, "the first failure stays: it is why the order is cancelled")
	refunding.Release()
	p.hold.Release()
}

// resumeForward has a shipment and a cancellation that have failed.
func (s *shop) resumeForward() {
	t := s.t
	inventory := s.Broker("inventory")
	t.Step("inventory refused a shipment, and the second step of a cancellation")
	shipping, cancelled := s.customer("inventory refused the shipment"), s.customer("inventory refused the release")
	for _, p := range []*purchase{shipping, cancelled} {
		p.buy()
		p.ends("PAID")
	}
	lost := []*fault.MessageHold{inventory.HoldDelivery(fault.Key(ship), 1), inventory.HoldDelivery(fault.Key(release), 1)}
	shipping.ship()
	s.arrives("order sends inventory.stock.ship", lost[0])
	cancelled.cancel()
	s.arrives("order sends inventory.stock.release", lost[1])
	s.reply(shipping.id, done(shipStep).refused("PRECONDITION_FAILED"))
	s.reply(cancelled.id, undone(reserveStep).refused("INTERNAL"))
	t.Step("the operator resumes both")
	again := []*fault.MessageHold{inventory.HoldDelivery(fault.Key(ship), 1), inventory.HoldDelivery(fault.Key(release), 1)}
	want := [][]string{{reserve, deduct, ship, ship}, {reserve, deduct, refund, release, release}}
	for i, p := range []*purchase{shipping, cancelled} {
		p.is("not-failed", "its saga", "FAILED", p.state().saga, "a refusal of what cannot be undone needs an operator")
		p.resumes()
		st := p.state()
		p.is("not-running", "its saga", "RUNNING", st.saga, "a saga that only goes forward goes on, and must wait for the reply")
		p.sent("commands", "after the resume", "the saga goes on where it was: what is done is done", want[i]...)
		p.is("failure-left", "the failure of the saga", "empty", st.reason+st.failureCode, "it has not failed any more: `sagas list` shows it to operators")
		t.True(strings.HasSuffix(st.steps, " STARTED"), check.Failure{
			ID: "not-started", Sentence: p.at + ": its step does not say that its command is on its way", Expected: "the last step STARTED",
			Seen: st.steps, Why: "from here on it may have happened",
		})
		s.arrives("order sends the command again", again[i])
		again[i].Release()
	}
	shipping.ends("SHIPPED")
	shipping.sent("commands", "at the end", whyResume, want[0]...)
	cancelled.ends("CANCELLED")
	cancelled.sent("commands", "at the end", whyResume, want[1]...)
	for _, hold := range lost {
		hold.Release()
	}
}

// resumeSeveral names orders that have no open saga beside one that has.
func (s *shop) resumeSeveral(paid *purchase) {
	t := s.t
	t.Step("the operator resumes an order that does not exist, one that is paid, no id at all, one at a step of a newer version, and one " +
		"whose command is lost")
	p, newer := s.deducting("it was the last of several"), s.deducting("it stands at a step of a newer version")
	s.exec("set a step", `UPDATE saga_executions SET current_step = 'WRAP_GIFT' WHERE aggregate_id = $1`, newer.id)
	before, stands, unknown := paid.state(), newer.state(), uuid.NewString()
	code, output := s.operator(newer.id)
	newer.unchanged("unmoved", "though it cannot be resumed", "its transaction is rolled back", stands)
	t.True(code == 1 && strings.Contains(output, newer.id), check.Failure{
		ID: "unsaid", Sentence: "a saga that cannot be resumed is not reported", Expected: "exit code 1, and an error about the order",
		Seen: fmt.Sprintf("exit code %d; %s", code, output), Why: "the operator believes that it goes on",
	})
	s.exec("set a step", `UPDATE saga_executions SET current_step = $2 WHERE aggregate_id = $1`, newer.id, deductStep)
	newer.hold.Release()
	code, output = s.operator(unknown, paid.id, "no-uuid", p.id)
	for _, id := range []string{unknown, paid.id} {
		t.True(code == 1 && strings.Contains(output, fmt.Sprintf("order %s has no saga to resume", id)), check.Failure{
			ID: "nothing", Sentence: "an order without an open saga is not reported as such",
			Expected: fmt.Sprintf("exit code 1 and the message: order %s has no saga to resume", id), Seen: fmt.Sprintf("exit code %d; %s", code, output),
			Why: "it is NotFound: an operator who mistypes an id must read it",
		})
	}
	paid.unchanged("nothing", "though its saga has ended", "there is nothing to send again", before)
	t.True(strings.Contains(output, "no-uuid"), check.Failure{
		ID: "nothing", Sentence: "an id that is none is not reported", Expected: "exit code 1 and an error about no-uuid",
		Seen: fmt.Sprintf("exit code %d; %s", code, output), Why: "an operator who mistypes an id must read it",
	})
	p.sent("commands", "when it was resumed after others that could not be", whyResume, reserve, deduct, deduct)
	p.ends("PAID")
	p.hold.Release()
}

// resumeMeetsReply lets a resume and the reply meet at the saga's row, in both orders.
func (s *shop) resumeMeetsReply() {
	t := s.t
	t.Step("the last reply comes right before the resume")
	p := s.deducting("its reply came right before the resume")
	unlock := s.lock(p.purchase)
	m := done(deductStep).message(p.id)
	t.Ours("publish a reply", t.Broker().Publish(m))
	t.Within(2*time.Second, func() bool { return s.waiting() >= 1 })
	command := s.start(p.id)
	t.Within(2*time.Second, func() bool { return s.waiting() >= 2 })
	unlock()
	s.handled("wallet's reply", m.ID)
	code, output := s.ended(command)
	p.ends("PAID")
	p.sent("race", "after a reply and a resume", "the saga was completed when the resume came to it", reserve, deduct)
	t.True(code == 1, check.Failure{
		ID: "race", Sentence: "a saga that a reply has completed a moment before was resumed", Expected: "exit code 1",
		Seen: fmt.Sprintf("exit code %d; %s", code, output), Why: "what was read before the lock is no longer true",
	})
	p.hold.Release()

	t.Step("the resume comes right before the last reply")
	p = s.deducting("its reply came right after the resume")
	unlock = s.lock(p.purchase)
	command = s.start(p.id)
	t.Within(2*time.Second, func() bool { return s.waiting() >= 1 })
	m = done(deductStep).message(p.id)
	t.Ours("publish a reply", t.Broker().Publish(m))
	t.Within(2*time.Second, func() bool { return s.waiting() >= 2 })
	unlock()
	s.handled("wallet's reply", m.ID)
	p.resumed(s.ended(command))
	p.ends("PAID")
	p.sent("race", "after a resume and a reply", whyResume, reserve, deduct, deduct)
	p.hold.Release()
}

// lock locks the saga of the purchase.
func (s *shop) lock(p *purchase) (unlock func()) {
	return s.t.LockRows("order_db", `SELECT 1 FROM saga_executions WHERE aggregate_id = $1 FOR UPDATE`, p.id)
}

// waiting is how many statements wait for a lock in order_db.
func (s *shop) waiting() (statements int) {
	s.query("waiting statements", `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`, nil, &statements)
	return statements
}
