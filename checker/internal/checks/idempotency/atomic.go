package idempotency

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
)

// atomic kills wallet while one of the two writes of a top-up is done and the other cannot be: first the effect is held up, then the
// record. If they are one transaction, either nothing or everything is there afterwards.
func atomic(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("hold the buyer's wallet: no effect can be stored, a record can")
	s.halfway(`SELECT 1 FROM wallets FOR UPDATE`, 10_100)

	t.Step("hold processed_events: no record can be stored, an effect can")
	s.halfway(`LOCK TABLE processed_events IN SHARE MODE`, 10_200)
}

// halfway sends a top-up of 100 while lock is held, kills wallet in the middle of it, lets go, and repeats the request.
func (s *shop) halfway(lock string, balance int64) {
	t := s.t
	k := key("top-up")
	release := s.hold(lock)

	sent, gone := context.WithTimeout(t.Context(), 10*time.Second)
	defer gone()
	answered := make(chan struct{})
	t.Go(func() {
		defer close(answered)
		_, _ = s.Shop.TopUp(sent, s.buyer, k, 100) // lost on purpose, or answered because nothing waited
	})
	s.awaitBlocked(answered)

	t.Step("kill wallet in the middle of it")
	t.Ours("kill wallet", s.Service("wallet").Kill())
	<-answered
	release()
	s.restart("wallet")

	t.Step("repeat the top-up")
	again, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	s.ok("repeat the top-up after the crash", again.Status, again, err)
	s.settles(effects{Balance: balance}, "the top-up must have happened exactly once, now or before the crash")
	more, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	s.ok("repeat the top-up once more", more.Status, more, err)
	s.settles(effects{Balance: balance}, "a third request with the key changes nothing")
}

// hold takes a lock in wallet's database, in a transaction of the checker's own.
func (s *shop) hold(lock string) (release func()) {
	t := s.t
	conn := s.connect()
	tx, err := conn.Begin(t.Context())
	t.Ours("begin", err)
	_, err = tx.Exec(t.Context(), lock)
	t.Ours("lock", err)
	return func() {
		t.Ours("let go of the lock", tx.Rollback(t.Context()))
		_ = conn.Close(t.Context())
	}
}

func (s *shop) connect() *pgx.Conn {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["wallet_db"])
	s.t.Ours("connect to wallet_db", err)
	s.t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}

// awaitBlocked returns when a statement of wallet waits for the checker's lock, or when the request was answered without needing it.
func (s *shop) awaitBlocked(answered <-chan struct{}) {
	t := s.t
	conn := s.connect()
	defer func() { _ = conn.Close(t.Context()) }()
	t.Eventually("the top-up reached the database", 5*time.Second, func(ctx context.Context) (string, bool) {
		select {
		case <-answered:
			return "answered", true
		default:
		}
		var waiting int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`).Scan(&waiting)
		if err != nil {
			t.Ours("look at waiting statements", err)
		}
		return "no statement waits", waiting > 0
	})
}
