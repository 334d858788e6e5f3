package outboxrelay

import (
	"context"
	"fmt"
	"maps"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// frozen freezes a relay that is about to mark, until another has its lease.
func frozen(t *check.T) {
	env := maps.Clone(shortLease)
	maps.Copy(env, map[string]string{"OUTBOX_MAX_RETRIES": "1", "OUTBOX_RETRY_PAUSE": "1ms", "OUTBOX_RETRY_PAUSE_MAX": "1ms"})
	s := open(t, env)
	const why = "another relay owns the aggregate by now; both change its rows, and what one has decided the other overwrites"

	t.Step("the broker has confirmed a-1; freeze the wallet right before it marks the event")
	thaw := s.freeze(event{"a", 1, bound})
	t.Step("a second wallet takes over; the broker refuses a-1 there")
	second := s.another(env)
	// The wallet, too: when it goes on it may own the aggregate again, and what it then publishes counts.
	s.Broker(wallet).NackPublish(fault.ID("a-1"), 0)
	s.Broker(second.Name).NackPublish(fault.ID("a-1"), 0)
	taken := s.takesOver(second, "a-1")
	thaw()
	if taken {
		t.Eventually("a-1 has failed, because the relay that owns it says so", patience, func(context.Context) (string, bool) {
			r := s.now("a-1")
			t.True(!r.sent, check.Failure{
				ID: "marked", Sentence: "a relay that was frozen past its lease marked an event as sent",
				Expected: "a-1: not sent, and failed in the end", Seen: "a-1: " + r.String(), Why: why,
			})
			return r.String(), r.failed
		})
		t.True(t.Within(patience/2, func() bool { return len(s.Service(wallet).Logs().Events("platform.outbox.lease_lost")) > 0 }), check.Failure{
			ID: "count", Sentence: "mark did not say that it has marked nothing", Expected: "the relay logs platform.outbox.lease_lost",
			Seen: "no such line", Why: "a relay that does not know that its lease is lost goes on as if it had it",
		})
	}

	t.Step("the other way round: no queue takes b-1; freeze the wallet right before it records that")
	_, err := second.Stop(t.Context())
	t.NoError("stop the second wallet", err)
	thaw = s.freeze(event{"b", 1, unbound})
	t.Step("a queue is bound, a third wallet takes over, and b-1 is sent")
	queue, err := t.Broker().Tap(unbound)
	t.Ours("bind a queue", err)
	third := s.another(env)
	confirmed := s.Broker(third.Name).HoldConfirm(fault.ID("b-1"), 1)
	taken = s.takesOver(third, "b-1")
	thaw()
	t.Eventually("the statement of the wallet that was frozen has ended", patience, func(ctx context.Context) (string, bool) {
		n := 0
		err := s.db.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND state = 'active' AND query ILIKE '%outbox_events%'`).Scan(&n)
		return fmt.Sprintf("%d statements run (%v)", n, err), err == nil && n == 0
	})
	confirmed.Release()
	s.sent(event{"b", 1, bound})
	if r := s.now("b-1"); taken {
		t.True(r.retries == 0 && !r.failed, check.Failure{
			ID: "refused", Sentence: "a relay that was frozen past its lease recorded a refusal", Expected: "b-1: sent, retry_count 0",
			Seen: "b-1: " + r.String(), Why: why,
		})
	}
	arrived, err := t.Broker().Take(queue)
	t.Ours("consume", err)
	t.True(len(arrived) > 0, check.Failure{
		ID: "lost", Sentence: "an event is marked as sent and the consumer never gets it", Expected: "b-1", Seen: "nothing",
	})
}

// freeze inserts an event, and stops the wallet when the broker has answered and the statement that records it waits in the database. The
// returned function lets the statement and the wallet go on.
func (s *shop) freeze(e event) (thaw func()) {
	t := s.t
	id := e.id()
	tx, err := s.db.Begin(t.Context())
	t.Ours("begin", err)
	t.Ours("insert "+id, add(t.Context(), tx, e))
	// The relay claims with a SELECT or with an UPDATE. Only what comes after the publish may wait here.
	answer := s.Broker(wallet).HoldConfirm(fault.ID(id), 1)
	t.Ours("commit", tx.Commit(t.Context()))
	s.await(id+" is answered by the broker", answer)
	s.unsent(id, "before the relay had the broker's answer", "a confirm that has not come is no confirm")
	unlock := t.LockRows("wallet_db", `LOCK TABLE outbox_events IN EXCLUSIVE MODE`)
	answer.Release()
	t.Eventually("the relay records what the broker said of "+id, patience, func(ctx context.Context) (string, bool) {
		n := 0
		err := s.db.QueryRow(ctx, `SELECT count(*) FROM pg_locks WHERE relation = 'outbox_events'::regclass AND NOT granted`).Scan(&n)
		return fmt.Sprintf("%d statements wait (%v)", n, err), n > 0
	})
	t.Ours("freeze the wallet", s.Service(wallet).Pause())
	return func() {
		unlock()
		t.Ours("thaw the wallet", s.Service(wallet).Resume())
	}
}

func (s *shop) another(env map[string]string) *stack.Service {
	service, err := s.StartSecond(s.t.Context(), wallet, env)
	s.t.NoError("start another wallet", err)
	return service
}

// takesOver reports whether a relay publishes an event. One that claims with an UPDATE cannot, while the table is locked.
func (s *shop) takesOver(relay *stack.Service, id string) bool {
	return s.t.Within(patience/3, func() bool { return len(s.published(relay.Name, id)) > 0 })
}
