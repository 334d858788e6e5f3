package outboxrelay

import (
	"fmt"
	"slices"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	crowd = 200
	// enough allows for a batch that is smaller than the crowd.
	enough = 100
)

// batch counts the messages in flight and the statements that change the outbox.
func batch(t *check.T) {
	s := open(t)
	s.exec("count statements", `CREATE SEQUENCE checker_updates`)
	s.exec("count statements", `CREATE FUNCTION checker_count() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN PERFORM nextval('checker_updates'); RETURN NULL; END $$`)
	s.exec("count statements", `CREATE TRIGGER checker_count AFTER UPDATE ON outbox_events FOR EACH STATEMENT EXECUTE FUNCTION checker_count()`)

	t.Step("events of %d aggregates in one transaction; hold the first confirm that comes", crowd)
	var all []event
	for n := range crowd {
		all = append(all, event{fmt.Sprintf("crowd.%d", n), 1, bound})
	}
	mine := fault.Match{Where: func(m fault.Message) bool { return slices.Contains(ids(all), m.ID) }}
	hold := s.Broker(wallet).HoldConfirm(mine, 1)
	s.insert(all...)
	s.await("a confirm comes", hold)
	most := 0
	inFlight := t.Within(patience/2, func() bool {
		most = len(s.Broker(wallet).Passages(fault.Publish, mine))
		return most >= enough
	})
	t.True(inFlight, check.Failure{
		ID: "one-by-one", Sentence: "aggregates wait for each other", Expected: fmt.Sprintf("events of %d aggregates in flight together", crowd),
		Seen: fmt.Sprintf("%d published while one confirm is held", most), Why: "a confirm takes a few milliseconds of disk: one by one, that is 200 events a second",
	})
	hold.Release()
	s.sent(all...)

	statements := 0
	err := s.db.QueryRow(t.Context(), `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM checker_updates`).Scan(&statements)
	t.Ours("count statements", err)
	t.True(statements <= crowd/10, check.Failure{
		ID: "statements", Sentence: "events are marked one by one", Expected: "one statement per batch",
		Seen: fmt.Sprintf("%d UPDATE statements for %d events", statements, crowd), Why: "each statement is a round trip and a commit on disk; the backlog grows faster than it is marked",
	})
	for _, e := range all {
		t.True(len(s.published(wallet, e.id())) == 1, check.Failure{
			ID: "twice", Sentence: "an event was published twice although nothing went wrong", Expected: e.id() + " once",
			Seen: fmt.Sprintf("%d times", len(s.published(wallet, e.id()))),
		})
	}
}
