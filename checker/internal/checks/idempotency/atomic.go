package idempotency

import (
	"context"
	"time"

	"stagecraft/checker/internal/check"
)

// atomic kills wallet at the commit of the transaction that has the effect, and at the commit of the one that has the record. If they are
// one transaction, neither is stored afterwards; if not, one of them is.
func atomic(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("hold the commit of the transaction that adds to the ledger")
	s.halfway("ledger_entries", 10_100)

	t.Step("hold the commit of the transaction that writes to processed_events")
	s.halfway("processed_events", 10_200)
}

// halfway sends a top-up of 100 while the gate of a table is shut, kills wallet at the gate, and repeats the request. balance is the
// expected balance afterwards.
func (s *shop) halfway(table string, balance int64) {
	t, d, k := s.t, s.desk(), key("top-up")
	gate := s.shut(table)

	sent, gone := context.WithTimeout(t.Context(), 10*time.Second)
	defer gone()
	answered := make(chan struct{})
	t.Go(func() {
		defer close(answered)
		d.topUpIn(sent, s.buyer, k, 100, "EUR") // the answer is lost on purpose
	})
	t.Eventually("the top-up is about to be committed", 5*time.Second, func(ctx context.Context) (string, bool) {
		select {
		case <-answered:
			return "answered", true
		default:
			return "no commit yet", gate.waiting(ctx) > 0
		}
	})

	t.Step("kill wallet at this point")
	t.Ours("kill wallet", s.Service("wallet").Kill())
	<-answered
	gate.crash()
	s.restart("wallet")

	t.Step("repeat the top-up")
	again := d.topUp(s.buyer, k, 100, "EUR")
	t.True(again.code == 0, check.Failure{Sentence: "repeat the top-up after the crash: refused", Expected: "a balance", Seen: again.String()})
	s.settles(effects{Balance: balance}, "the top-up must have happened exactly once, now or before the crash")
	d.mustRepeat(again, s.buyer, k, 100)
	s.settles(effects{Balance: balance}, "a third request with the key changes nothing")
}
