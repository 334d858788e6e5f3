package postgrestest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"shop/platform/postgres"
)

// Plan returns how PostgreSQL would run the one query that ask makes, with its own arguments.
func Plan(t testing.TB, pool *pgxpool.Pool, ask func(db postgres.DBTX) error) string {
	t.Helper()
	p := &planner{DBTX: pool}
	require.ErrorIs(t, ask(p), errPlanned)
	return p.plan
}

var errPlanned = errors.New("planned, not run")

// planner explains a query instead of running it: what is judged is the statement of the service, not a copy of it.
type planner struct {
	postgres.DBTX
	plan string
}

func (p *planner) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := p.DBTX.Query(ctx, "EXPLAIN "+sql, args...)
	if err != nil {
		return nil, err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	p.plan = strings.Join(lines, "\n")
	return nil, errPlanned
}

func (p *planner) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	_, err := p.Query(ctx, sql, args...) //nolint:sqlclosecheck // Query has read the rows of the plan and returns none
	return failedRow{err}
}

// failedRow is a row that reports err.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }
