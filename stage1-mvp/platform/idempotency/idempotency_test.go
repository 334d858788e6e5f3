package idempotency_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

var schema = fstest.MapFS{"1.sql": {Data: []byte(`
	CREATE TABLE processed_events (
		scope text, key text, request_hash bytea NOT NULL, result jsonb, created_at timestamptz DEFAULT now(), PRIMARY KEY (scope, key)
	);
	CREATE TABLE effects (n int)`)}}

type world struct {
	pool  *pgxpool.Pool
	tx    *postgres.TxManager
	store *idempotency.Store
}

func newWorld(t *testing.T) *world {
	pool := postgrestest.New(t, schema)
	return &world{pool: pool, tx: postgres.NewTxManager(pool), store: idempotency.NewStore(pool)}
}

func (w *world) effect(ctx context.Context) error {
	_, err := postgres.GetDBTX(ctx, w.pool).Exec(ctx, `INSERT INTO effects VALUES (1)`)
	return err
}

func (w *world) effects(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM effects`).Scan(&n))
	return n
}

func (w *world) once(ctx context.Context, key, hash string, fn func(ctx context.Context) (json.RawMessage, error)) (
	result json.RawMessage, replayed bool, err error,
) {
	err = w.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		result, replayed, err = w.store.Once(ctx, "top-up:u", key, []byte(hash), fn)
		return err
	})
	return result, replayed, err
}

func (w *world) effectOnce(ctx context.Context, key, hash string) (json.RawMessage, bool, error) {
	return w.once(ctx, key, hash, func(ctx context.Context) (json.RawMessage, error) {
		return json.RawMessage(`{"n": 1}`), w.effect(ctx)
	})
}

func TestOnceHasOneEffectUnderConcurrentDuplicates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			result, _, err := w.effectOnce(t.Context(), "k", "h")
			assert.NoError(t, err)
			assert.JSONEq(t, `{"n":1}`, string(result))
		})
	}
	wait.Wait()
	assert.Equal(t, 1, w.effects(t))
}

func TestOnceRefusesOtherContentUnderTheSameKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, replayed, err := w.effectOnce(t.Context(), "k", "h")
	require.NoError(t, err)
	assert.False(t, replayed)

	_, _, err = w.effectOnce(t.Context(), "k", "other")

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	assert.Equal(t, 1, w.effects(t))
}

func TestAFailedRunLeavesTheKeyNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := w.once(t.Context(), "k", "h", func(ctx context.Context) (json.RawMessage, error) {
		return nil, errors.Join(w.effect(ctx), errors.New("crash"))
	})
	require.Error(t, err)

	_, replayed, err := w.effectOnce(t.Context(), "k", "h")

	require.NoError(t, err)
	assert.False(t, replayed)
	assert.Equal(t, 1, w.effects(t))
}

func TestAnAnswerCanComeLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pending := func(context.Context) (json.RawMessage, error) { return nil, nil }
	_, _, err := w.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)

	result, replayed, err := w.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)
	assert.True(t, replayed)
	assert.Nil(t, result)

	answer, err := idempotency.Encode(nil, errs.New(errs.Precondition, "POOR", "no money"))
	require.NoError(t, err)
	require.NoError(t, w.store.Settle(t.Context(), "top-up:u", "k", answer))
	result, _, err = w.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)
	err = idempotency.Decode(result, &struct{}{})
	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	assert.Equal(t, "POOR", errs.From(err).Reason)
}

func TestBarrier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	act := func(step idempotency.Step, hash string, fn func(ctx context.Context) (any, error)) error {
		var answer json.RawMessage
		err := w.tx.WithTx(t.Context(), func(ctx context.Context) (err error) {
			answer, err = w.store.Act(ctx, step, []byte(hash), fn)
			return err
		})
		if err != nil {
			return err
		}
		return idempotency.Decode(answer, new(int))
	}
	happens := func(ctx context.Context) (any, error) { return 1, w.effect(ctx) }
	compensate := func(step idempotency.Step) (undone bool) {
		require.NoError(t, w.tx.WithTx(t.Context(), func(ctx context.Context) (err error) {
			undone, err = w.store.Compensate(ctx, step, func(ctx context.Context) error {
				_, err := postgres.GetDBTX(ctx, w.pool).Exec(ctx, `DELETE FROM effects`)
				return err
			})
			return err
		}))
		return undone
	}

	t.Run("a duplicate acts once, and so does its compensation", func(t *testing.T) {
		step := idempotency.Step{SagaID: "1", Name: "S"}
		require.NoError(t, act(step, "h", happens))
		require.NoError(t, act(step, "h", happens))
		assert.Equal(t, 1, w.effects(t))
		assert.ErrorIs(t, act(step, "other", happens), idempotency.ErrConflict)

		assert.True(t, compensate(step))
		assert.True(t, compensate(step))
		assert.Zero(t, w.effects(t))
		assert.ErrorIs(t, act(step, "h", happens), idempotency.ErrCompensated)
	})
	t.Run("an action after its compensation is refused", func(t *testing.T) {
		step := idempotency.Step{SagaID: "2", Name: "S"}
		assert.False(t, compensate(step))
		assert.False(t, compensate(step))

		err := act(step, "h", happens)

		assert.Equal(t, errs.Aborted, errs.CodeOf(err))
		assert.Zero(t, w.effects(t))
	})
	t.Run("a refusal is an answer and has no effect", func(t *testing.T) {
		step := idempotency.Step{SagaID: "3", Name: "S"}
		refuse := func(ctx context.Context) (any, error) {
			require.NoError(t, w.effect(ctx))
			return nil, errs.New(errs.Precondition, "EMPTY", "nothing left")
		}
		assert.Equal(t, errs.Precondition, errs.CodeOf(act(step, "h", refuse)))
		assert.Zero(t, w.effects(t))

		err := act(step, "h", happens)

		assert.Equal(t, "EMPTY", errs.From(err).Reason)
		assert.Zero(t, w.effects(t))
		assert.False(t, compensate(step))
	})
}
