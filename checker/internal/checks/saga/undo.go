package saga

import (
	"time"

	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
)

// undo looks at the compensation itself: its order, its patience, and that it needs no listener.
func undo(t *check.T) {
	s := open(t, map[string]string{"SAGA_TIMEOUT": "5s", "COMPENSATION_TIMEOUT": "5s", "DEADLINE_OVERHEAD": "1ms"})
	s.lastFirst()
	s.timeIsOver()
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
		if !p.answer.OK() { // a driver that repeats the step until it knows has nothing to undo
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

// isBeingUndone fails unless a worker that finds the saga now would undo it.
func (p *purchase) isBeingUndone() {
	var status string
	err := p.s.db.QueryRow(p.s.t.Context(), `SELECT status FROM saga_executions WHERE aggregate_id::text = $1`, p.id()).Scan(&status)
	p.s.t.Ours("read the saga", err)
	p.s.t.True(status == "COMPENSATING", check.Failure{
		Sentence: "the saga does not say that it is being undone",
		Expected: "status COMPENSATING in saga_executions before the first compensation is called", Seen: status,
		Why: "a worker that finds this saga after a crash must not go on with it: from the first undone step there is only one way out",
	})
	err = p.s.db.QueryRow(p.s.t.Context(), `SELECT step->>'status'
		FROM saga_executions, jsonb_array_elements(steps) AS step WHERE aggregate_id::text = $1 AND step->>'name' = 'DEDUCT_BALANCE'`, p.id()).Scan(&status)
	p.s.t.Ours("read the step", err)
	p.s.t.True(status == "COMPENSATING", check.Failure{
		Sentence: "the step does not say that it is being undone",
		Expected: "status COMPENSATING in the steps of saga_executions while Refund is being called", Seen: status,
		Why: "operators and recoveries see in it which call may be on its way, and how often it was tried",
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
	s.within(8*time.Second, p.answered) // a driver that repeats the call without end does not answer
	p.notYetCancelled("the reservation is not released yet")
	t.Step("inventory is back, and the saga looks an hour old")
	down.Remove()
	s.age()
	p.ends()
	p.balance()
}

// timeIsOver lets the time for the purchase end while the money is being taken, and the buyer hang up. Order must undo it at once: no saga
// is made to look old here.
func (s *shop) timeIsOver() {
	s.t.Step("the time for a purchase is over while order waits for wallet; its buyer has hung up")
	inventory := s.Call("order", "inventory")
	released := len(inventory.Calls("Release"))
	p := s.customer("the time for the purchase was over while wallet deducted", rich)
	answer := s.Call("order", "wallet").HoldAnswer("Deduct", 1)
	p.mustStrikeAt(answer)
	p.hangUp()
	<-p.done
	// A driver that waits for wallet all the same gets its answer lost a little later.
	s.within(8*time.Second, func() bool { return len(inventory.Calls("Release")) > released })
	answer.Drop()
	p.ends()
	p.balance()
}
