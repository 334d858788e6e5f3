package idempotency

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// gate is a lock that the checker holds in wallet's database, in a transaction of its own.
type gate struct {
	shop *shop
	conn *pgx.Conn
	tx   pgx.Tx
}

// shut takes the lock.
func (s *shop) shut(lock string) *gate {
	conn := s.connect()
	tx, err := conn.Begin(s.t.Context())
	s.t.Ours("begin", err)
	_, err = tx.Exec(s.t.Context(), lock)
	s.t.Ours("lock", err)
	return &gate{shop: s, conn: conn, tx: tx}
}

// open lets go of the lock; the second time it does nothing.
func (g *gate) open() { _ = g.conn.Close(context.WithoutCancel(g.shop.t.Context())) }

// letOneBy lets the transaction that waits at the gate through, and returns the gate that is shut again behind it: a lock is given in the
// order in which it was asked for.
func (g *gate) letOneBy(lock string) *gate {
	t := g.shop.t
	before := g.shop.waiting(t.Context())
	next := make(chan *gate, 1)
	t.Go(func() { next <- g.shop.shut(lock) })
	t.Eventually("the checker waits for its lock behind wallet", 5*time.Second, func(ctx context.Context) (string, bool) {
		return "not yet", g.shop.waiting(ctx) > before
	})
	g.open()
	select {
	case behind := <-next:
		return behind
	case <-t.Context().Done():
		return g
	}
}

// waiting counts the statements that wait for a lock.
func (s *shop) waiting(ctx context.Context) (n int) {
	err := s.watcher().QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`).Scan(&n)
	s.t.Ours("look at waiting statements", err)
	return n
}

// watcher is the connection on which the checker looks.
func (s *shop) watcher() *pgx.Conn {
	if s.watch == nil {
		s.watch = s.connect()
	}
	return s.watch
}

func (s *shop) connect() *pgx.Conn {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["wallet_db"])
	s.t.Ours("connect to wallet_db", err)
	s.t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}
