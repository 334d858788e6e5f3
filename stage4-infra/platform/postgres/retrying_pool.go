package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// retryingPool runs statements outside of transactions. A statement that fails because its cached plan is stale runs again on a new
// connection: PostgreSQL refused it before it did anything. Batches are passed on as they are; use them in transactions.
type retryingPool struct{ *pgxpool.Pool }

func (p retryingPool) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tag, err := p.Pool.Exec(ctx, sql, args...)
	if isStalePlan(err) {
		p.Reset()
		tag, err = p.Pool.Exec(ctx, sql, args...)
	}
	return tag, asUnavailable(err)
}

func (p retryingPool) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return retryingRow{pool: p, row: p.Pool.QueryRow(ctx, sql, args...), again: func() pgx.Row { return p.Pool.QueryRow(ctx, sql, args...) }}
}

func (p retryingPool) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	query := func() (pgx.Rows, error) { return p.Pool.Query(ctx, sql, args...) }
	rows, err := query()
	if err != nil {
		return rows, asUnavailable(err)
	}
	return &retryingRows{Rows: rows, pool: p, again: query}, nil
}

type retryingRow struct {
	pool  retryingPool
	row   pgx.Row
	again func() pgx.Row
}

func (r retryingRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if isStalePlan(err) {
		r.pool.Reset()
		err = r.again().Scan(dest...)
	}
	return asUnavailable(err)
}

// retryingRows replaces its rows when the first call of Next reports a stale plan.
type retryingRows struct {
	pgx.Rows
	pool    retryingPool
	again   func() (pgx.Rows, error)
	started bool
	failed  error
}

func (r *retryingRows) Next() bool {
	ok := r.Rows.Next()
	first := !r.started
	r.started = true
	if ok || !first || !isStalePlan(r.Rows.Err()) {
		return ok
	}
	r.pool.Reset()
	rows, err := r.again()
	if err != nil {
		r.failed = err
		return false
	}
	r.Rows = rows
	return r.Rows.Next()
}

func (r *retryingRows) Err() error {
	if r.failed != nil {
		return asUnavailable(r.failed)
	}
	return asUnavailable(r.Rows.Err())
}
