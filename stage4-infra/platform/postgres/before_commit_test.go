package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// late is inserted by the last statements of a transaction.
type late string

func queueLate(batch *pgx.Batch, names []late) {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = string(name)
	}
	batch.Queue(`INSERT INTO things VALUES ($1)`, strings.Join(all, ","))
}

func names(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT name FROM things ORDER BY name`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return all
}

func TestBeforeCommit_Items_AreQueuedTogetherWithTheCommit(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx, ctx := postgres.NewTxManager(pool), t.Context()

	require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error {
		require.NoError(t, postgres.BeforeCommit(ctx, queueLate, "x", "y"))
		require.NoError(t, insert(ctx, pool, "a"))
		return tx.WithTx(ctx, func(ctx context.Context) error { return postgres.BeforeCommit(ctx, queueLate, "z") })
	}))
	require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error { return postgres.BeforeCommit(ctx, queueLate, "alone") }))

	assert.Equal(t, []string{"a", "alone", "x,y,z"}, names(t, pool))
	assert.Zero(t, pool.Stat().AcquiredConns())
	assert.ErrorIs(t, postgres.BeforeCommit(ctx, queueLate, "x"), postgres.ErrNoTransaction)
}

func TestBeforeCommit_RolledBackOrRerun_QueuesOnlyTheCommittedRun(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx, refused := postgres.NewTxManager(pool), errors.New("refused")
	runs := 0

	require.NoError(t, tx.WithTx(t.Context(), func(ctx context.Context) error {
		runs++
		require.NoError(t, postgres.BeforeCommit(ctx, queueLate, late(strings.Repeat("r", runs))))
		if runs == 1 {
			return postgres.ErrStale
		}
		return nil
	}))
	require.ErrorIs(t, tx.WithTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, postgres.BeforeCommit(ctx, queueLate, "never"))
		return refused
	}), refused)

	assert.Equal(t, []string{"rr"}, names(t, pool))
}

func TestBeforeCommit_StatementFails_RollsBack(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx := postgres.NewTxManager(pool)
	require.NoError(t, insert(t.Context(), pool, "taken"))
	committed := false

	err := tx.WithTx(t.Context(), func(ctx context.Context) error {
		postgres.AfterCommit(ctx, func(context.Context) { committed = true })
		require.NoError(t, postgres.BeforeCommit(ctx, queueLate, "taken"))
		return insert(ctx, pool, "a")
	})

	require.ErrorContains(t, err, "commit")
	assert.False(t, committed)
	assert.Equal(t, []string{"taken"}, names(t, pool))
	require.NoError(t, tx.WithTx(t.Context(), func(ctx context.Context) error { return insert(ctx, pool, "b") }), "the pool still works")
}

func TestBeforeCommit_EarlierErrorIgnored_CannotCommit(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	require.NoError(t, insert(t.Context(), pool, "taken"))

	err := postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
		require.Error(t, insert(ctx, pool, "taken"))
		return postgres.BeforeCommit(ctx, queueLate, "x")
	})

	require.Error(t, err)
	assert.Equal(t, []string{"taken"}, names(t, pool))
}

func TestBeforeCommit_Conflict_RunsAgain(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, fstest.MapFS{"1.sql": {Data: []byte(`CREATE TABLE things (name text PRIMARY KEY)`)}})
	runs := 0

	require.NoError(t, postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
		runs++
		return postgres.BeforeCommit(ctx, func(batch *pgx.Batch, names []late) {
			if runs == 1 {
				batch.Queue(`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`)
			}
			queueLate(batch, names)
		}, "x")
	}))

	assert.Equal(t, 2, runs)
	assert.Equal(t, []string{"x"}, names(t, pool))
}

func TestMark_RollbackToSavepoint_ForgetsWhatCameAfter(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	var after []string

	require.NoError(t, postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
		register := func(name string) {
			require.NoError(t, postgres.BeforeCommit(ctx, queueLate, late(name)))
			postgres.AfterCommit(ctx, func(context.Context) { after = append(after, name) })
		}
		forget := postgres.Mark(ctx)
		register("first try")
		forget()
		register("kept")
		forget = postgres.Mark(ctx)
		register("second try")
		forget()
		return nil
	}))

	assert.Equal(t, []string{"kept"}, names(t, pool))
	assert.Equal(t, []string{"kept"}, after)
}
