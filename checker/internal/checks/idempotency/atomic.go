package idempotency

import (
	"context"
	"time"

	"stagecraft/checker/internal/check"
)

// atomic kills wallet while one of the two writes of a top-up is done and the other cannot be. If effect and record are one transaction,
// either nothing or everything is there afterwards, whichever comes first.
func atomic(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("hold the buyer's wallet: no effect can be stored, a record can")
	s.halfway(`SELECT 1 FROM wallets FOR UPDATE`, 0, 10_100)

	t.Step("hold processed_events: no record can be stored, an effect can")
	s.halfway(`LOCK TABLE processed_events IN SHARE MODE`, 0, 10_200)

	t.Step("hold processed_events again, but let one transaction by that looks there first")
	s.halfway(`LOCK TABLE processed_events IN SHARE MODE`, 1, 10_300)
}

// halfway sends a top-up of 100 while a lock is held, lets some transactions by, kills wallet in the middle of the next one, lets go, and
// repeats the request. balance is what there must be then.
func (s *shop) halfway(lock string, pass int, balance int64) {
	t := s.t
	k := key("top-up")
	gate := s.shut(lock)
	defer gate.open()

	sent, gone := context.WithTimeout(t.Context(), 10*time.Second)
	defer gone()
	answered := make(chan struct{})
	t.Go(func() {
		defer close(answered)
		_, _ = s.Shop.TopUp(sent, s.buyer, k, 100) // lost on purpose, or answered because nothing waited
	})
	s.awaitBlocked(answered)
	for range pass {
		gate = gate.letOneBy(lock)
		s.awaitBlocked(answered)
	}

	t.Step("kill wallet in the middle of it")
	t.Ours("kill wallet", s.Service("wallet").Kill())
	<-answered
	gate.open()
	s.restart("wallet")

	t.Step("repeat the top-up")
	again, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	s.ok("repeat the top-up after the crash", again.Status, again, err)
	s.settles(effects{Balance: balance}, "the top-up must have happened exactly once, now or before the crash")
	more, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	s.ok("repeat the top-up once more", more.Status, more, err)
	s.settles(effects{Balance: balance}, "a third request with the key changes nothing")
}

// awaitBlocked returns when a statement of wallet waits for the checker's lock, or when the request was answered without needing it.
func (s *shop) awaitBlocked(answered <-chan struct{}) {
	t := s.t
	t.Eventually("the top-up reached the database", 5*time.Second, func(ctx context.Context) (string, bool) {
		select {
		case <-answered:
			return "answered", true
		default:
			return "no statement waits", s.waiting(ctx) > 0
		}
	})
}
