package migration

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lockKey keeps two runs on a database from applying the same migration.
const lockKey int64 = 0x73686f70

// Apply applies the *.sql files at the top of files that are not applied yet, in the order of their names, and records each in
// schema_migrations, the table of compose/migrate.sh. The connection must be of the role that owns the tables. Progress is called after each
// file. A migration and its record are one transaction, but for files that must not be in one; those are repeated from their beginning.
func Apply(ctx context.Context, conn *pgx.Conn, files fs.FS, progress func(name string)) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	if len(names) == 0 {
		return errors.New("no migrations in the directory")
	}
	// The end of the session releases it. A run that waited for it would hold a snapshot, for which CREATE INDEX CONCURRENTLY waits.
	var locked bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lockKey).Scan(&locked); err != nil {
		return fmt.Errorf("lock out other runs: %w", err)
	}
	if !locked {
		return errors.New("another run is applying migrations")
	}
	applied, err := readApplied(ctx, conn)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if slices.Contains(applied, name) {
			continue
		}
		if err := apply(ctx, conn, files, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		progress(name)
	}
	return nil
}

func readApplied(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	_, err := conn.Exec(ctx,
		`CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`)
	if err != nil {
		return nil, fmt.Errorf("create schema_migrations: %w", err)
	}
	rows, err := conn.Query(ctx, `SELECT name FROM schema_migrations`)
	if err != nil {
		return nil, fmt.Errorf("read schema_migrations: %w", err)
	}
	applied, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read schema_migrations: %w", err)
	}
	return applied, nil
}

func apply(ctx context.Context, conn *pgx.Conn, files fs.FS, name string) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	// Settings of a file, such as SET lock_timeout, must not carry over to the next.
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), `RESET ALL`) }()
	text := string(raw)
	if InTransaction(text) {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
			return record(ctx, tx, name)
		})
	}
	for i, statement := range Statements(text) {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("statement %d, the ones before it are applied; fix the cause and run this again: %w", i+1, err)
		}
	}
	return record(ctx, conn, name)
}

func record(ctx context.Context, db execer, name string) error {
	if _, err := db.Exec(ctx, `INSERT INTO schema_migrations (name) VALUES ($1)`, name); err != nil {
		return fmt.Errorf("record it in schema_migrations: %w", err)
	}
	return nil
}

// execer is a connection or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}
