package idempotency

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// gate holds every transaction of wallet that writes to one table at its commit: its changes are not visible, those of transactions that
// committed before are.
type gate struct {
	shop  *shop
	table string
	conn  *pgx.Conn // holds the lock that the transactions wait for
}

// gateLock is the advisory lock of all gates; two are never shut at once.
const gateLock = 4_040_404

// shut closes the gate of a table: a constraint trigger that is deferred runs as the first thing in COMMIT.
func (s *shop) shut(table string) *gate {
	g := &gate{shop: s, table: table, conn: s.connect()}
	for _, statement := range []string{
		`SELECT pg_advisory_lock(4040404)`,
		`CREATE OR REPLACE FUNCTION checker_gate() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN PERFORM pg_advisory_xact_lock(4040404); RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER checker_gate AFTER INSERT OR UPDATE ON ` + table + `
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION checker_gate()`,
	} {
		_, err := g.conn.Exec(s.t.Context(), statement)
		s.t.Ours("shut the gate of "+table, err)
	}
	return g
}

// crash ends the transactions that wait at the gate as the death of their client would, and opens it.
func (g *gate) crash() {
	ctx := g.shop.t.Context()
	for _, statement := range []string{
		`SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4040404 AND NOT granted`,
		`DROP TRIGGER checker_gate ON ` + g.table,
		`SELECT pg_advisory_unlock(4040404)`,
	} {
		_, err := g.conn.Exec(ctx, statement)
		g.shop.t.Ours("open the gate of "+g.table, err)
	}
}

// waiting counts the transactions that wait at the gate.
func (g *gate) waiting(ctx context.Context) (n int) {
	err := g.conn.QueryRow(ctx,
		`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`, gateLock).Scan(&n)
	g.shop.t.Ours("look at the gate", err)
	return n
}

func (s *shop) connect() *pgx.Conn {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["wallet_db"])
	s.t.Ours("connect to wallet_db", err)
	s.t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}
