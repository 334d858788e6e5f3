package outboxrelay

import (
	"context"
	"fmt"
	"sync"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	writers    = 4
	aggregates = 24
	each       = 12
)

// order lets two relays work while writers write and the broker nacks some events at first.
func order(t *check.T) {
	s := open(t)
	t.Step("start a second wallet on the same outbox")
	_, err := s.StartSecond(t.Context(), wallet, nil)
	t.NoError("start a second wallet", err)
	t.Eventually("both relays are known in outbox_relays", patience, func(ctx context.Context) (string, bool) {
		n := 0
		err := s.db.QueryRow(ctx, `SELECT count(*) FROM outbox_relays`).Scan(&n)
		return fmt.Sprint(n, err), n >= 2
	})

	t.Step("%d writers, %d aggregates with %d events each; the broker nacks every fifth at first", writers, aggregates, each)
	var mu sync.Mutex
	nacked := map[string]bool{}
	some := fault.Match{Where: func(m fault.Message) bool {
		mu.Lock()
		defer mu.Unlock()
		n, ok := m.Headers["sequence"].(int64)
		first := ok && n%5 == 3 && !nacked[m.ID]
		nacked[m.ID] = true
		return first
	}}
	for _, link := range s.Brokers() {
		link.NackPublish(some, 0)
	}
	var all []event
	t.Together(writers, func(w int) {
		for n := 1; n <= each; n += 4 {
			for a := w; a < aggregates; a += writers {
				s.insert(events(fmt.Sprintf("o.%d", a), n, n+3)...)
			}
		}
	})
	for a := range aggregates {
		all = append(all, events(fmt.Sprintf("o.%d", a), 1, each)...)
	}
	s.sent(all...)
	for a := range aggregates {
		name := fmt.Sprintf("o.%d", a)
		got := s.of(name)
		s.inOrder(name, got, each)
		t.True(len(got) == each, check.Failure{
			ID: "twice", Sentence: "two relays sent the same events although nothing went wrong", Expected: fmt.Sprintf("%d events of %s", each, name),
			Seen: fmt.Sprintf("%d: %v", len(got), got),
			Why:  "at least once allows duplicates after a fault; with each relay more, the broker would have to take every event once more",
		})
	}
}
