package infra

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// collect removes what killed checkers left on the servers.
func (s *Servers) collect(ctx context.Context) {
	_ = s.postgres.collect(ctx)
	if s.rabbit == nil {
		return
	}
	runs, err := s.rabbit.runs(ctx)
	if err != nil {
		return
	}
	for run, names := range runs {
		if run == s.postgres.run {
			continue
		}
		_ = s.postgres.ifDead(ctx, run, func() {
			for _, name := range names {
				s.rabbit.drop(ctx, name)
			}
		})
	}
}

// collect removes what runs have left whose checkers are dead.
func (a *pgAdmin) collect(ctx context.Context) error {
	rows, err := a.pool.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'sc\_%' UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'sc\_%'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	byRun := map[uint32][]string{}
	for _, name := range names {
		if run, ok := runOf(name); ok && run != a.run {
			byRun[run] = append(byRun[run], name)
		}
	}
	for run, names := range byRun {
		err := a.ifDead(ctx, run, func() {
			for _, name := range names {
				a.drop(ctx, name)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ifDead calls then while it holds the lock of a run that no other process holds.
func (a *pgAdmin) ifDead(ctx context.Context, run uint32, then func()) error {
	return a.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		var dead bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1::int, $2::int)", int32(lockRuns), int32(run)).Scan(&dead); err != nil || !dead {
			return err
		}
		then()
		_, err := conn.Exec(ctx, "SELECT pg_advisory_unlock($1::int, $2::int)", int32(lockRuns), int32(run))
		return err
	})
}
