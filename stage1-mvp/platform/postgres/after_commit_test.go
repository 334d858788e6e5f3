package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

func TestAfterCommit_NestedTransaction_RunsInOrderAfterOuterCommit(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx := postgres.NewTxManager(pool)
	var calls []string
	register := func(ctx context.Context, name string) {
		postgres.AfterCommit(ctx, func(ctx context.Context) {
			calls = append(calls, name)
			assert.Equal(t, 1, count(t, pool), "the row must be committed before the function runs")
			assert.NoError(t, tx.WithTx(ctx, func(context.Context) error { return nil }), "the context must have no finished transaction")
		})
	}

	err := tx.WithTx(t.Context(), func(ctx context.Context) error {
		register(ctx, "outer")
		require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error {
			register(ctx, "inner")
			return insert(ctx, pool, "a")
		}))
		assert.Empty(t, calls, "nothing is committed yet")
		return nil
	})

	require.NoError(t, err)
	assert.Equal(t, []string{"outer", "inner"}, calls)
}

func TestAfterCommit_RolledBackOrRerun_RunsOnlyForTheCommittedRun(t *testing.T) {
	t.Parallel()
	tx := postgres.NewTxManager(postgrestest.New(t, schema))
	var calls []int
	run := 0

	err := tx.WithTx(t.Context(), func(ctx context.Context) error {
		run++
		this := run
		postgres.AfterCommit(ctx, func(context.Context) { calls = append(calls, this) })
		if run == 1 {
			return postgres.ErrStale
		}
		return nil
	})

	require.NoError(t, err)
	assert.Equal(t, []int{2}, calls)
}

func TestAfterCommit_NoTransaction_RunsAtOnce(t *testing.T) {
	t.Parallel()
	ran := false
	postgres.AfterCommit(t.Context(), func(context.Context) { ran = true })
	assert.True(t, ran)
}

func TestWithTx_NestedErrorOrPanicIgnored_RollsBack(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx := postgres.NewTxManager(pool)
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("refused") },
		"panic": func() error { panic("boom") },
	} {
		called := false
		err := tx.WithTx(t.Context(), func(ctx context.Context) error {
			postgres.AfterCommit(ctx, func(context.Context) { called = true })
			func() {
				defer func() { _ = recover() }()
				_ = tx.WithTx(ctx, func(ctx context.Context) error {
					require.NoError(t, insert(ctx, pool, name))
					return fail()
				})
			}()
			return nil
		})
		assert.ErrorIs(t, err, postgres.ErrRollbackOnly, name)
		assert.False(t, called, name)
		assert.Zero(t, count(t, pool), "%s: half of the nested function was committed", name)
	}
}

func TestWithTx_ErrorIgnoredByNestedTransaction_RollsBack(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx := postgres.NewTxManager(pool)

	err := tx.WithTx(t.Context(), func(ctx context.Context) error {
		return tx.WithTx(ctx, func(ctx context.Context) error {
			_ = tx.WithTx(ctx, func(ctx context.Context) error {
				require.NoError(t, insert(ctx, pool, "half"))
				return errors.New("refused")
			})
			return nil
		})
	})

	assert.ErrorIs(t, err, postgres.ErrRollbackOnly)
	assert.Zero(t, count(t, pool))
}
