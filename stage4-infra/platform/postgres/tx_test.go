package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

var schema = fstest.MapFS{"1.sql": {Data: []byte(`CREATE TABLE things (name text PRIMARY KEY)`)}}

func insert(ctx context.Context, pool *pgxpool.Pool, name string) error {
	_, err := postgres.GetDBTX(ctx, pool).Exec(ctx, `INSERT INTO things VALUES ($1)`, name)
	return err
}

func count(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM things`).Scan(&n))
	return n
}

func TestWithTx(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx := postgres.NewTxManager(pool)
	ctx := t.Context()
	truncate := func(t *testing.T) {
		_, err := pool.Exec(ctx, `TRUNCATE things`)
		require.NoError(t, err)
	}

	t.Run("commits", func(t *testing.T) {
		truncate(t)
		require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error { return insert(ctx, pool, "a") }))
		assert.Equal(t, 1, count(t, pool))
	})
	t.Run("an error takes back the work of nested transactions too", func(t *testing.T) {
		truncate(t)
		refused := errors.New("refused")
		err := tx.WithTx(ctx, func(ctx context.Context) error {
			require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error { return insert(ctx, pool, "a") }))
			return refused
		})
		assert.ErrorIs(t, err, refused)
		assert.Zero(t, count(t, pool))
	})
	t.Run("a panic rolls back and leaves no connection behind", func(t *testing.T) {
		truncate(t)
		assert.Panics(t, func() {
			_ = tx.WithTx(ctx, func(ctx context.Context) error {
				require.NoError(t, insert(ctx, pool, "a"))
				panic("boom")
			})
		})
		assert.Zero(t, count(t, pool))
		assert.Zero(t, pool.Stat().AcquiredConns())
	})
	t.Run("a canceled caller gets no commit", func(t *testing.T) {
		truncate(t)
		leaving, cancel := context.WithCancel(ctx)
		err := tx.WithTx(leaving, func(ctx context.Context) error {
			defer cancel()
			return insert(ctx, pool, "a")
		})
		assert.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, count(t, pool))
	})
	t.Run("the whole function runs again when rows were stale", func(t *testing.T) {
		truncate(t)
		runs := 0
		require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error {
			runs++
			require.NoError(t, insert(ctx, pool, "a"))
			if runs < 3 {
				return fmt.Errorf("update: %w", postgres.ErrStale)
			}
			return nil
		}))
		assert.Equal(t, 3, runs)
		assert.Equal(t, 1, count(t, pool))
	})
	t.Run("and gives up after three reruns", func(t *testing.T) {
		var runs atomic.Int32
		err := tx.WithTx(ctx, func(context.Context) error {
			runs.Add(1)
			return &pgconn.PgError{Code: "40001"}
		})
		assert.EqualValues(t, 4, runs.Load())
		assert.Equal(t, errs.Aborted, errs.CodeOf(err))
	})
	t.Run("a business error runs once", func(t *testing.T) {
		runs := 0
		err := tx.WithTx(ctx, func(context.Context) error {
			runs++
			return errs.New(errs.Precondition, "NO", "no")
		})
		assert.Equal(t, 1, runs)
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	})
}
