package db_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"shop/inventory/db"
	"shop/inventory/internal/usecase"
	"shop/platform/config"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// filled returns a database as the version before the column left it.
func filled(t *testing.T) (address string) {
	t.Helper()
	address = postgrestest.NewURL(t, between(t, released, released))
	for _, statement := range []string{
		"INSERT INTO stocks (sku, available, created_at, updated_at) VALUES ('cup', 1000000, now(), now()), ('tea', 1000000, now(), now())",
		`INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
			SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, now(), now() FROM generate_series(1, 10000)`,
		`INSERT INTO reservation_items (reservation_id, sku, quantity)
			SELECT id, sku, 1 + length(sku) FROM reservations, (VALUES ('cup'), ('tea')) AS s (sku)`,
	} {
		_, err := exec(t, address, statement)
		require.NoError(t, err)
	}
	return address
}

// between returns the migrations from first to last, both included.
func between(t *testing.T, first, last string) fs.FS {
	t.Helper()
	names, err := fs.Glob(db.Migrations, "migrations/*.sql")
	require.NoError(t, err)
	picked := fstest.MapFS{}
	for _, name := range names {
		base := name[len("migrations/"):]
		if base < first || base > last {
			continue
		}
		text, err := fs.ReadFile(db.Migrations, name)
		require.NoError(t, err)
		picked[base] = &fstest.MapFile{Data: text}
	}
	return picked
}

func pool(t *testing.T, address string) *pgxpool.Pool {
	t.Helper()
	p, err := postgres.NewPool(t.Context(), postgres.Config{
		URL: config.Secret(address), MaxConns: 4, StatementTimeout: 5 * time.Second, ConnectTimeout: 3 * time.Second, ConnLifetime: time.Hour,
	})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func exec(t *testing.T, address, sql string) (pgconn.CommandTag, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	return conn.Exec(t.Context(), sql)
}

func number(t *testing.T, address, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

func hintOf(err error) string {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.Hint
}

var errInterrupted = errors.New("interrupted")

// interruptedTotals fails after some batches, as when the process is stopped.
type interruptedTotals struct {
	usecase.Totals
	batches int
}

func (i *interruptedTotals) Fill(ctx context.Context, after string, size int32) (int64, string, error) {
	if i.batches == 0 {
		return 0, "", errInterrupted
	}
	i.batches--
	return i.Totals.Fill(ctx, after, size)
}
