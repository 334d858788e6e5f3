package migrationsafety

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// poll is how often the locks of a running migration are read.
const poll = 10 * time.Millisecond

// busy runs the migration while a transaction that has read and written all tables is open, such as a long report. A migration that waits
// for a table makes all that come after it wait too, so it must give up soon. One that waits for the transaction itself, as CONCURRENTLY
// does, blocks no client: it is cancelled, and leaves behind what a failed attempt leaves. So does a migration outside of a transaction,
// which must be safe to repeat; all others are rolled back.
func (j *judge) busy(ctx context.Context, step Step, before []table) (gaveUp time.Duration, findings []Finding, err error) {
	report, end, err := j.connect(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer end()
	if err := execute(ctx, report, "BEGIN"); err != nil {
		return 0, nil, err
	}
	for _, t := range before {
		if err := execute(ctx, report, "LOCK TABLE "+t.quoted+" IN ROW EXCLUSIVE MODE"); err != nil {
			return 0, nil, fmt.Errorf("keep the tables busy: %w", err)
		}
	}
	conn, end, err := j.connect(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer end()
	o := &observer{conn: conn, tables: before, limits: j.limits, held: map[uint32]*held{}}
	done := make(chan error, 1)
	go func() {
		done <- (&application{conn: conn, began: o.began, executed: o.executed, ended: o.ended, rollback: true}).run(ctx, step.SQL)
	}()

	ticks := time.NewTicker(poll)
	defer ticks.Stop()
	var (
		since  time.Time
		waited time.Duration
		on     string
	)
	for {
		select {
		case err := <-done:
			if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) && refused.Code == "55P03" { // lock_not_available
				gaveUp = waited
			}
			return gaveUp, o.findings, ctx.Err() // any other error is found again when the tables are not busy
		case <-ticks.C:
		}
		kind, table, err := j.waitsFor(ctx, conn.PgConn().PID())
		switch {
		case err != nil:
			return 0, nil, err
		case kind == "":
			continue
		case table != on || since.IsZero():
			since, on = time.Now(), table
		}
		waited = time.Since(since)
		transaction := kind == "virtualxid"
		if !transaction && waited <= j.limits.Wait {
			continue
		}
		if _, err := j.db.Exec(ctx, "SELECT pg_cancel_backend($1)", conn.PgConn().PID()); err != nil {
			return 0, nil, fmt.Errorf("cancel the migration: %w", err)
		}
		<-done // it was cancelled
		findings = o.findings
		if !transaction {
			findings = append(findings, Finding{WaitsForever, table, fmt.Sprintf("it waits for %s for more than %s when the table is busy, and all other "+
				"clients of the table queue behind it; begin with SET LOCAL lock_timeout = '2s'", table, j.limits.Wait)})
		}
		return 0, findings, nil
	}
}

// waitsFor returns the kind of lock that a connection waits for and, if it is one of a table, which.
func (j *judge) waitsFor(ctx context.Context, pid uint32) (kind, table string, err error) {
	err = j.db.QueryRow(ctx, "SELECT locktype, coalesce(relation::regclass::text, '') FROM pg_locks WHERE pid = $1 AND NOT granted LIMIT 1", pid).
		Scan(&kind, &table)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", nil
	}
	return kind, table, err
}
