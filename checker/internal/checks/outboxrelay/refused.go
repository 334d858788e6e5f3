package outboxrelay

import (
	"context"
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	pause      = 250 * time.Millisecond
	pauseMax   = time.Second
	maxRetries = 3
)

// refused publishes what no queue takes, and what the broker nacks for a while.
func refused(t *check.T) {
	s := open(t, map[string]string{
		"OUTBOX_MAX_RETRIES": fmt.Sprint(maxRetries), "OUTBOX_RETRY_PAUSE": pause.String(), "OUTBOX_RETRY_PAUSE_MAX": pauseMax.String(),
	})
	link := s.Broker(wallet)

	t.Step("no queue takes x-2")
	x := events("x", 1, 3)
	x[1].kind = unbound
	s.insert(x...)
	t.Eventually("x-2, which no queue takes, has failed", patience, func(context.Context) (string, bool) {
		r := s.now("x-2")
		t.True(!r.sent, check.Failure{
			ID: "unroutable", Sentence: "a message that no queue took was marked as sent", Expected: "sent_at is empty", Seen: "x-2: " + r.String(),
			Why: "the broker confirms it, and has thrown it away: only Wait tells, with ErrRefused, that it came back",
		})
		return r.String(), r.failed
	})
	r := s.now("x-2")
	t.True(r.retries == maxRetries && r.reason != "", check.Failure{
		ID: "failed", Sentence: "an event that has failed does not say why", Expected: fmt.Sprintf("retry_count %d and a last_error", maxRetries),
		Seen: "x-2: " + r.String(), Why: "an operator decides by these columns whether to publish it again",
	})
	s.pauses("x-2")
	s.stays("x-3", "x-2 has failed", "an aggregate with a gap: no consumer can tell that something is missing")

	t.Step("the broker nacks n-1 twice")
	link.NackPublish(fault.ID("n-1"), 1)
	link.NackPublish(fault.ID("n-1"), 2)
	n := events("n", 1, 2)
	s.insert(n...)
	s.sent(n...)
	s.arrived("n", 2)
	r = s.now("n-1")
	t.True(r.retries == 2 && !r.failed, check.Failure{
		ID: "count", Sentence: "refusals were not counted", Expected: "n-1: sent, retry_count 2: two refusals", Seen: "n-1: " + r.String(),
		Why: "who looks for the reason of a delay finds it in the row",
	})

	t.Step("an operator binds a queue and publishes x-2 again: the command outbox retry")
	s.count("x-2") // also after the relay has been at work with n
	again, err := t.Broker().Tap(unbound)
	t.Ours("bind a queue", err)
	s.exec("retry x-2", `UPDATE outbox_events SET failed_at = NULL, retry_at = clock_timestamp(), retry_count = 0 WHERE id = 'x-2'`)
	s.exec("wake the relay", `SELECT pg_notify('outbox_events', '')`)
	s.sent(x...)
	late, err := t.Broker().Take(again)
	t.Ours("consume", err)
	t.True(len(late) > 0, check.Failure{
		ID: "lost", Sentence: "an event is marked as sent and the consumer never gets it", Expected: "x-2", Seen: "nothing",
	})
	third := s.of("x")
	t.True(len(third) > 0 && third[len(third)-1] == 3, check.Failure{
		ID: "lost", Sentence: "an event is marked as sent and the consumer never gets it", Expected: "x-3", Seen: fmt.Sprintf("x: %v", third),
	})
}

// count fails unless an event that has failed was published once and again for each retry.
func (s *shop) count(id string) {
	n := len(s.published(wallet, id))
	s.t.True(n == maxRetries+1, check.Failure{
		ID: "attempts", Sentence: "an event that the broker refuses was published too often, or not often enough",
		Expected: fmt.Sprintf("%d times: once, and OUTBOX_MAX_RETRIES (%d) times again", maxRetries+1, maxRetries), Seen: fmt.Sprintf("%d times", n),
		Why: "what has failed waits for an operator; publishing it for ever only hides the others",
	})
}

// pauses fails unless the pauses between the attempts double up to the limit.
func (s *shop) pauses(id string) {
	s.count(id)
	attempts := s.published(wallet, id)
	for n, want := 1, pause; n < len(attempts); n, want = n+1, min(2*want, pauseMax) {
		seen := attempts[n].At.Sub(attempts[n-1].At)
		s.t.True(seen > want*9/10, check.Failure{
			ID: "pause", Sentence: "a refused event was published again too early", Expected: fmt.Sprintf("a pause of %v before retry %d", want, n),
			Seen: seen.Round(time.Millisecond).String(),
			Why:  "OUTBOX_RETRY_PAUSE doubles with each retry: ten retries in a second are over before anyone has bound the queue",
		})
	}
}
