package outboxrelay

import (
	"stagecraft/checker/internal/check"
)

// lateCommit commits an event after younger ones were sent.
func lateCommit(t *check.T) {
	s := open(t)
	t.Step("a transaction writes late-1 and does not commit; younger events are sent")
	conn, err := s.db.Acquire(t.Context())
	t.Ours("connect", err)
	defer conn.Release()
	tx, err := conn.Begin(t.Context())
	t.Ours("begin", err)
	t.Ours("insert late-1", add(t.Context(), tx, event{"late", 1, bound}))
	for _, name := range []string{"early", s.neighbour("late")} {
		s.insert(events(name, 1, 20)...)
		s.sent(events(name, 1, 20)...)
	}
	t.Step("it commits")
	t.Ours("commit", tx.Commit(t.Context()))
	s.insert(event{"late", 2, bound})
	late := t.Within(patience/2, func() bool { return s.now("late-1").sent && s.now("late-2").sent })
	t.True(late, check.Failure{
		ID: "skipped", Sentence: "an event that committed late is never sent", Expected: "late-1 and late-2 are sent",
		Seen: "late-1: " + s.now("late-1").String() + "; late-2: " + s.now("late-2").String(),
		Why:  "seq is drawn before the commit: a reader that remembers the highest one never looks back",
	})
	s.arrived("late", 2)
}
