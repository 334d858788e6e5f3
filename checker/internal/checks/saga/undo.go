package saga

import (
	"time"

	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
)

// undo looks at the compensation itself: its order, its patience, and that it needs no listener.
func undo(t *check.T) {
	s := open(t, nil)
	s.lastFirst()
	s.buyerGone()
	s.refusedAtFirst()
	s.judge()
}

// lastFirst holds Refund and looks what order does meanwhile.
func (s *shop) lastFirst() {
	t := s.t
	t.Step("lose wallet's answer to Deduct, then hold order's Refund")
	wallet, inventory := s.Call("order", "wallet"), s.Call("order", "inventory")
	wallet.FailAnswer("Deduct", 1, codes.Unavailable)
	before := len(inventory.Calls("Release"))
	p := s.customer("wallet deducted, and its answer to order was lost", rich)
	refund := wallet.HoldCall("Refund", 1)
	if !p.strikeAt(refund) {
		if !p.answer.OK() { // whoever repeats the step until he knows has nothing to undo
			s.judge()
		}
		return
	}
	p.notYetCancelled("the money is not given back yet")
	p.isBeingUndone()
	refund.Release()
	p.mustEnd()
	p.ends()
	releases := inventory.Calls("Release")[before:]
	t.True(len(releases) > 0, check.Failure{
		Sentence: "the reservation was never released", Expected: "Refund, then Release", Seen: "Refund alone",
		Why: "both steps may have happened, so both are undone",
	})
	t.True(!releases[0].Begin.Before(refund.Call().End), check.Failure{
		Sentence: "the steps were not undone in reverse order",
		Expected: "Release is called when Refund was answered", Seen: "Release was called before Refund was answered",
		Why: "a step may build on those before it; to take the first away first pulls the floor from under the rest",
	})
}

// isBeingUndone fails unless whoever finds the saga now would undo it.
func (p *purchase) isBeingUndone() {
	var status string
	err := p.s.db.QueryRow(p.s.t.Context(), `SELECT status FROM saga_executions WHERE aggregate_id::text = $1`, p.id()).Scan(&status)
	p.s.t.Ours("read the saga", err)
	p.s.t.True(status == "COMPENSATING", check.Failure{
		Sentence: "nobody can see that the saga is being undone",
		Expected: "status COMPENSATING in saga_executions before the first compensation is called", Seen: status,
		Why: "whoever finds this saga after a crash must not go on with it: from the first undone step there is only one way out",
	})
}

// refusedAtFirst lets Release fail until order has given up for now; the scanner must come back to it.
func (s *shop) refusedAtFirst() {
	t := s.t
	t.Step("inventory cannot be reached when a refused purchase must be undone")
	p := s.customer("inventory was not there when order wanted to undo the reservation", poor)
	down := s.Call("order", "inventory").FailWith("Release", 0, codes.Unavailable)
	p.send()
	s.within(patience, func() bool { return p.answered() || down.Hits() > 0 })
	s.within(time.Second, p.answered) // who tries again and again does not answer, and need not
	p.notYetCancelled("the reservation is not released yet")
	t.Step("inventory is back, and the saga looks an hour old")
	down.Remove()
	s.age()
	p.ends()
	p.balance()
}

// buyerGone lets the buyer hang up while the money is being taken.
func (s *shop) buyerGone() {
	t := s.t
	t.Step("the buyer hangs up while order waits for wallet")
	wallet, inventory := s.Call("order", "wallet"), s.Call("order", "inventory")
	released := len(inventory.Calls("Release"))
	p := s.customer("the buyer hung up while wallet deducted", rich)
	answer := wallet.HoldAnswer("Deduct", 1)
	p.mustStrikeAt(answer)
	p.hangUp()
	<-p.done
	// Who does not let himself be disturbed still waits for wallet: for him the answer is lost a little later.
	s.within(time.Second, func() bool { return len(inventory.Calls("Release")) > released })
	answer.Drop()
	p.ends()
	p.balance()
}
