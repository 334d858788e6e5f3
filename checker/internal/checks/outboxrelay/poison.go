package outboxrelay

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
)

// waiting is more than a batch.
const waiting = 150

// poison leaves an event that waits for its retry and one that has failed, each with a crowd behind it.
func poison(t *check.T) {
	s := open(t, map[string]string{"OUTBOX_BATCH": "64", "OUTBOX_RETRY_PAUSE": "3h", "OUTBOX_RETRY_PAUSE_MAX": "1h"})

	t.Step("no queue takes p-1; %d events wait behind it, more than a batch, and other aggregates have events too", waiting)
	neighbour := s.neighbour("p")
	p := events("p", 1, waiting)
	p[0].kind = unbound
	s.insert(append(p, events(neighbour, 1, 2)...)...)
	t.Eventually("the refusal of p-1 is recorded", patience, func(context.Context) (string, bool) {
		s.unsent("p-1", "although no queue took it", "it is gone: the broker confirms what it cannot route, and throws it away")
		r := s.now("p-1")
		return r.String(), r.retries == 1 && !r.sent
	})
	s.waitsAnHour("p-1")
	s.insert(events("q", 1, 2)...)
	s.flows("p-1 waits for its retry", neighbour, "q")

	t.Step("f-1 has failed some time ago, with as many behind it")
	beside := s.neighbour("f")
	tx, err := s.db.Begin(t.Context())
	t.Ours("begin", err)
	t.Ours("insert events", add(t.Context(), tx, events("f", 1, waiting)...))
	_, err = tx.Exec(t.Context(), `UPDATE outbox_events SET failed_at = now(), retry_at = 'infinity', retry_count = 10, last_error = 'refused',
		picked_by = 'earlier', picked_at = now() - interval '1 hour' WHERE id = 'f-1'`)
	t.Ours("fail f-1", err)
	t.Ours("commit", tx.Commit(t.Context()))
	s.insert(append(events(beside, 1, 2), events("g", 1, 2)...)...)
	s.flows("f-1 has failed", beside, "g")

	t.Step("stop the wallet and start it again: p-1 still waits")
	_, err = s.Service(wallet).Stop(t.Context())
	t.NoError("stop the wallet", err)
	t.NoError("start the wallet again", s.Service(wallet).Restart(t.Context(), nil))
	s.insert(events("h", 1, 2)...)
	s.flows("the relay was restarted", "h")

	for _, id := range []string{"p-2", fmt.Sprintf("p-%d", waiting), "f-2"} {
		s.stays(id, "the first of its aggregate is not sent", "the consumer of the aggregate would see a gap and cannot know it")
		r := s.now(id)
		t.True(r == row{}, check.Failure{
			ID: "blamed", Sentence: "an event that only waits behind another was changed", Expected: id + ": " + row{}.String(), Seen: r.String(),
			Why: "the broker has not refused it; when the one before it is sent it must have all its retries",
		})
	}
	t.True(len(s.published(wallet, "p-1")) == 1 && len(s.published(wallet, "f-1")) == 0, check.Failure{
		ID: "hurry", Sentence: "an event was published although its retry is not due",
		Expected: "p-1 once: its retry is due in an hour; f-1 never: it has failed",
		Seen:     fmt.Sprintf("p-1 %d times, f-1 %d times", len(s.published(wallet, "p-1")), len(s.published(wallet, "f-1"))),
		Why:      "when to try again is stored in the row, so that no restart forgets it",
	})
}

// waitsAnHour fails unless a refused event is due after OUTBOX_RETRY_PAUSE_MAX.
func (s *shop) waitsAnHour(id string) {
	var due *float64
	err := s.db.QueryRow(s.t.Context(), `SELECT extract(epoch FROM retry_at - clock_timestamp())::float8 FROM outbox_events WHERE id = $1`, id).Scan(&due)
	s.t.Ours("read retry_at", err)
	seen := "empty"
	if due != nil {
		seen = fmt.Sprintf("in %.0f minutes", *due/60)
	}
	s.t.True(due != nil && *due > 0 && *due <= 3600, check.Failure{
		ID: "due", Sentence: "the next attempt at a refused event is not when it should be",
		Expected: "retry_at in an hour, which is OUTBOX_RETRY_PAUSE_MAX; OUTBOX_RETRY_PAUSE is 3h", Seen: "retry_at of " + id + ": " + seen,
		Why: "without a limit the tenth pause is so long that the message is forgotten; without the column a restart forgets it",
	})
}

// neighbour returns an aggregate in the partition of another.
func (s *shop) neighbour(aggregate string) (name string) {
	err := s.db.QueryRow(s.t.Context(), `SELECT $1 || '.' || n FROM generate_series(1, 10000) AS n
		WHERE hashtextextended($1 || '.' || n, 0) & 31 = hashtextextended($1, 0) & 31 LIMIT 1`, aggregate).Scan(&name)
	s.t.Ours("find a neighbour", err)
	return name
}

// flows waits until other aggregates are sent.
func (s *shop) flows(while string, aggregates ...string) {
	for _, a := range aggregates {
		through := s.t.Within(patience/2, func() bool { return s.now(a+"-1").sent && s.now(a+"-2").sent })
		s.t.True(through, check.Failure{
			ID: "blocked", Sentence: "one refused event stops other aggregates", Expected: fmt.Sprintf("%s-1 and %s-2 are sent while %s", a, a, while),
			Seen: fmt.Sprintf("%s-1: %s", a, s.now(a+"-1")), Why: "one bad message would stop the whole shop, and it does so at night",
		})
		s.arrived(a, 2)
	}
}
