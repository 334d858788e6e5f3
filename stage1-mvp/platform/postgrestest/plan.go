package postgrestest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/postgres"
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
