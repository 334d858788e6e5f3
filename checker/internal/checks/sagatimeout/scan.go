package sagatimeout

import (
	"fmt"
	"strconv"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// scan lets scans meet replies, other scans, and sagas that cannot be moved.
func scan(t *check.T) {
	s, _ := open(t)
	s.replyIsFaster()
	s.cannotBeMoved()
	s.runsTwice()
	s.counted()
	s.twoReplicas()
	s.standsStill()
	s.judge()
}

// reserving is a purchase whose first command inventory has not seen.
func (s *shop) reserving(at string) struck {
	return s.strike(at, "order sends inventory.stock.reserve", s.Broker("inventory").HoldDelivery(fault.Key(reserve), 1))
}

// replyIsFaster gives a saga its reply between the moment a scan has found it and the moment it comes to it.
func (s *shop) replyIsFaster() {
	t := s.t
	t.Step("a scan has found two stale sagas. While it moves the first one, the reply to the second one comes")
	first, second := s.reserving("the scan stands at it"), s.reserving("its reply came during the scan")
	deducting := s.Broker("wallet").HoldDelivery(command(deduct, second.purchase), 1)
	letGo := s.stands(first.purchase)
	s.stale(first.purchase, second.purchase)
	s.awaitStanding("the monitor saves a stale saga")
	s.reply(second.id, done(reserveStep))
	replied := second.state()
	letGo()
	first.reaches("the monitor undoes it", func(st state) bool { return st.saga != "RUNNING" })
	s.scan()
	if replied.saga == "RUNNING" { // a monitor that works on several at a time may have been faster than the reply
		second.unchanged("reply-lost", "by a scan that had found it before the reply came",
			"between the list and the move everything may change: a saga is moved only if it is still stale when it is locked", replied)
	}
	deducting.Release()
	first.hold.Release()
	second.hold.Release()
}

// cannotBeMoved has a saga of a newer version of order, which knows a step that this one does not know.
func (s *shop) cannotBeMoved() {
	t := s.t
	t.Step("a saga stands at a step that only a newer version of order knows; one behind it is stale, too")
	newer, behind := s.reserving("it stands at a step of a newer version"), s.reserving("it is behind one that cannot be moved")
	s.exec("set a step", `UPDATE saga_executions SET current_step = 'WRAP_GIFT' WHERE aggregate_id = $1`, newer.id)
	before := newer.state()
	s.stale(newer.purchase, behind.purchase)
	t.True(t.Within(patience, func() bool { return behind.state().saga != "RUNNING" }), check.Failure{
		ID: "others", Sentence: "one saga that cannot be moved stops the others", Expected: behind.at + ": it is undone", Seen: behind.state().String(),
		Why: "the first one is stale at every scan: no saga behind it would ever be moved",
	})
	newer.unchanged("unmoved", "though it cannot be moved", "its transaction is rolled back", before)
	line := newer.awaitLogged(timeoutFailed)[0]
	t.True(line.Level == "warn" && line.Field("error") != "" && len(newer.logged(timedOut)) == 0, check.Failure{
		ID: "unsaid", Sentence: "a saga that cannot be moved is not reported as such", Seen: line.Raw,
		Expected: timeoutFailed + " with level warn, the order_id and the error, and no " + timedOut,
		Why:      "no one would know that it is there",
	})
	t.Step("this version learns the step: the next scan moves the saga")
	s.exec("set a step", `UPDATE saga_executions SET current_step = $2 WHERE aggregate_id = $1`, newer.id, reserveStep)
	newer.reaches("the monitor undoes it", func(st state) bool { return st.saga != "RUNNING" })
	newer.hold.Release()
	behind.hold.Release()
	for _, line := range append(behind.logged(timeoutFailed), s.all()[1].logged(timeoutFailed)...) {
		t.Fail(check.Failure{
			ID: "unsaid", Sentence: "order reports that a saga cannot be moved, and nothing was wrong with it",
			Expected: "no " + timeoutFailed + " about a saga that was moved by another one in time", Seen: line.Raw, Why: "an operator looks at each of them",
		})
	}
}

// runsTwice lets the transaction of a timeout fail at its commit, so that it runs again.
func (s *shop) runsTwice() {
	s.t.Step("the transaction of a timeout conflicts with another one at its commit and runs again")
	p := s.reserving("its timeout ran twice")
	s.rerunsOnce(p.purchase)
	s.stale(p.purchase)
	p.ends("CANCELLED")
	s.wasRerun()
	p.sent("commands", "when the transaction ran twice", whyUndo, reserve, release)
	s.scan()
	p.reported("COMPENSATING")
	p.hold.Release()
}

// counted compares what the scans say they have moved with what has moved.
func (s *shop) counted() {
	s.t.Step("add up what the scans say they have moved")
	var moved, events int
	add := func() bool {
		moved, events = 0, 0
		for _, line := range s.Service("order").Logs().Events(scanned) {
			n, _ := strconv.Atoi(line.Field("moved"))
			moved += n
		}
		events = len(s.Service("order").Logs().Events(timedOut))
		return moved == events
	}
	s.t.True(s.t.Within(patience/2, add), check.Failure{
		ID: "count", Sentence: "the scans report another number of sagas than they have moved",
		Expected: fmt.Sprintf("%d moved, as many as there are lines %s", events, timedOut), Seen: fmt.Sprintf("%d moved", moved),
		Why: "a saga that a reply or another replica has moved, or that cannot be moved, does not count",
	})
}

// twoReplicas lets a second replica scan while the first one stands in the middle of a transaction.
func (s *shop) twoReplicas() {
	t := s.t
	t.Step("start a second replica; one of them stands in the middle of a transaction")
	_, err := s.StartSecond(t.Context(), "order", env)
	t.NoError("start a second order service", err)
	first, second := s.reserving("one replica stands at it"), s.reserving("another one is stale beside it")
	releasing := s.Broker("inventory").HoldDelivery(command(release, first.purchase), 1)
	letGo := s.stands(first.purchase)
	s.stale(first.purchase, second.purchase)
	s.awaitStanding("the monitor saves a stale saga")
	t.True(t.Within(patience, func() bool { return second.state().saga != "RUNNING" }), check.Failure{
		ID: "locked", Sentence: "a replica waits for a saga that another replica moves",
		Expected: second.at + ": the second replica undoes it", Seen: second.state().String(),
		Why: "a saga that is locked is being moved: LockStale skips it",
	})
	letGo()
	first.reaches("the replica undoes it", func(st state) bool { return st.saga != "RUNNING" })
	s.scan()
	first.is("twice", "its saga", "COMPENSATING", first.state().saga, "two replicas have found it, and one of them has moved it")
	first.sent("twice", "when two replicas had found it", whyUndo, reserve, release)
	releasing.Release()
	first.hold.Release()
	second.hold.Release()
}

// standsStill lets a transaction stand for longer than a scan may wait for it.
func (s *shop) standsStill() {
	t := s.t
	t.Step("stop the second replica, and start order with a SAGA_SCAN_QUERY_TIMEOUT of 500ms")
	_, err := s.Service("order-2").Stop(t.Context())
	t.Ours("stop the second replica", err)
	_, err = s.Service("order").Stop(t.Context())
	t.Ours("stop order", err)
	t.NoError("start order again", s.Service("order").Restart(t.Context(), map[string]string{"SAGA_SCAN_QUERY_TIMEOUT": "500ms"}))
	t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
	t.Step("a transaction of the monitor stands still; another saga is stale, too")
	first, second := s.reserving("its transaction stands still"), s.reserving("it is behind one whose transaction stands still")
	letGo := s.stands(first.purchase)
	s.stale(first.purchase, second.purchase)
	s.awaitStanding("the monitor saves a stale saga")
	t.True(t.Within(patience, func() bool { return second.state().saga != "RUNNING" }), check.Failure{
		ID: "hangs", Sentence: "a transaction that stands still stops all scans", Expected: second.at + ": it is undone, because the first one gets " +
			"SAGA_SCAN_QUERY_TIMEOUT (500ms)", Seen: second.state().String(),
		Why: "no caller waits here whose deadline could end it, and a limit for the whole scan would be used up by the same saga each time",
	})
	letGo()
	first.ends("CANCELLED")
	first.hold.Release()
	second.hold.Release()
}
