package outboxrelay

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// away breaks the connection to the broker before a confirm, then for a while.
func away(t *check.T) {
	s := open(t, map[string]string{"OUTBOX_MAX_RETRIES": "1", "OUTBOX_RETRY_PAUSE": "1ms", "OUTBOX_RETRY_PAUSE_MAX": "1ms"})
	link := s.Broker(wallet)

	t.Step("three times, the connection breaks before the confirm of a-1")
	a := events("a", 1, 2)
	for n := range 3 {
		hold := link.HoldConfirm(fault.ID("a-1"), 1)
		if n == 0 {
			s.insert(a...)
		}
		t.Eventually("a-1 is published", patience, func(context.Context) (string, bool) {
			s.free("a-1")
			return "it is not", hold.Passage().Message.ID != ""
		})
		s.unsent("a-1", "before the broker confirmed it", "the broker may not have it: what is in its memory only is lost when it dies")
		link.Reset()
		hold.Drop()
	}
	s.sent(a...)
	s.arrived("a", 2)

	t.Step("the broker is away while b-1 is written")
	link.Cut()
	b := events("b", 1, 2)
	s.insert(b...)
	pauses := len(s.Service(wallet).Logs().Events("platform.outbox.paused"))
	t.Within(patience/5, func() bool { return len(s.Service(wallet).Logs().Events("platform.outbox.paused")) >= pauses+5 })
	s.unsent("b-1", "while the broker could not be reached", "the message is nowhere but in the outbox")
	t.Ours("heal the link", link.Heal())
	s.sent(b...)
	s.arrived("b", 2)

	for _, e := range append(a, b...) {
		s.free(e.id())
	}
}

// free fails if an event has lost a retry.
func (s *shop) free(id string) {
	r := s.now(id)
	s.t.True(r.retries == 0 && !r.failed && r.reason == "", check.Failure{
		ID: "retry", Sentence: "a broker that could not be reached cost a retry", Expected: id + ": retry_count 0, last_error empty",
		Seen: fmt.Sprintf("%s: %s", id, r),
		Why:  "the retries are for messages that the broker refuses; an outage of an hour would make every event of that hour fail",
	})
}
