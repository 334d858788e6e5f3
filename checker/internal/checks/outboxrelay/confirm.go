package outboxrelay

import (
	"context"
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// confirm loses every confirm of one event.
func confirm(t *check.T) {
	s := open(t, map[string]string{"OUTBOX_CONFIRM_TIMEOUT": "600ms"})
	t.Step("lose every confirm of a-1; other aggregates have theirs")
	lost := s.Broker(wallet).DropConfirm(fault.ID("a-1"), 0)
	a, b, c := events("a", 1, 3), events("b", 1, 1), events("c", 1, 1)
	s.insert(append(append(a, b...), c...)...)
	s.publishes(wallet, "a-1", 1)
	s.publishes(wallet, "b-1", 1)
	s.publishes(wallet, "c-1", 1)
	const why = "the broker may not have it: what is in its memory only is lost when it dies"
	s.unsent("a-1", "before the broker confirmed it", why)
	t.Eventually("a-1 is published again when its confirm has not come in time", patience, func(context.Context) (string, bool) {
		s.unsent("a-1", "before the broker confirmed it", why)
		return fmt.Sprintf("published %d times", len(s.published(wallet, "a-1"))), len(s.published(wallet, "a-1")) >= 2
	})
	t.Holds("a-1 is not marked while its confirm has not come", 200*time.Millisecond, func(context.Context) (string, bool) {
		r := s.now("a-1")
		return r.String(), !r.sent
	})
	s.stays("a-2", "no confirm of a-1 has come", "if the broker refuses a-1 now, a-2 is ahead of it for good")

	t.Step("now confirms come")
	lost.Remove()
	s.sent(a...)
	s.sent(b...)
	s.sent(c...)
	s.arrived("a", 3)
	r := s.now("a-1")
	t.True(r.retries == 0 && !r.failed && r.reason == "", check.Failure{
		ID: "retry", Sentence: "a confirm that did not come was counted as a refusal", Expected: "retry_count 0, last_error empty",
		Seen: fmt.Sprintf("a-1: %s", r), Why: "the broker said nothing about the event; after ten slow minutes it would have failed",
	})
}
