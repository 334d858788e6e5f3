package idempotency

import (
	"context"
	"time"

	"stagecraft/checker/internal/check"
)

// atomic kills wallet at the commit of the transaction that has the effect, and at the commit of the one that has the record. If they are
// one transaction, neither is there afterwards; if not, one of them is.
func atomic(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("hold the commit of whatever adds to the ledger")
	s.halfway("ledger_entries", 10_100)

	t.Step("hold the commit of whatever writes to processed_events")
	s.halfway("processed_events", 10_200)
}

// halfway sends a top-up of 100 while a table's gate is shut, kills wallet at the gate, and repeats the request. balance is what there
// must be then.
func (s *shop) halfway(table string, balance int64) {
	t := s.t
	k := key("top-up")
	gate := s.shut(table)

	sent, gone := context.WithTimeout(t.Context(), 10*time.Second)
	defer gone()
	answered := make(chan struct{})
	t.Go(func() {
		defer close(answered)
		_, _ = s.Shop.TopUp(sent, s.buyer, k, 100) // lost on purpose, or answered because nothing waited
	})
	t.Eventually("the top-up is about to be committed", 5*time.Second, func(ctx context.Context) (string, bool) {
		select {
		case <-answered:
			return "answered", true
		default:
			return "no commit yet", gate.waiting(ctx) > 0
		}
	})

	t.Step("kill wallet right there")
	t.Ours("kill wallet", s.Service("wallet").Kill())
	<-answered
	gate.crash()
	s.restart("wallet")

	t.Step("repeat the top-up")
	again, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	s.ok("repeat the top-up after the crash", again.Status, again, err)
	s.settles(effects{Balance: balance}, "the top-up must have happened exactly once, now or before the crash")
	more, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	s.ok("repeat the top-up once more", more.Status, more, err)
	s.settles(effects{Balance: balance}, "a third request with the key changes nothing")
}
