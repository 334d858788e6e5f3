package idempotencystore_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/idempotencystore"
	"shop/platform/paralleltest"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

var schema = fstest.MapFS{"1.sql": {Data: []byte(`
	CREATE TABLE processed_events (
		scope text, key text, request_hash bytea NOT NULL, result jsonb, created_at timestamptz DEFAULT now(), PRIMARY KEY (scope, key)
	);
	CREATE TABLE effects (n int)`)}}

type fixture struct {
	pool  *pgxpool.Pool
	tx    *postgres.TxManager
	store *idempotencystore.Store
}

func newFixture(t *testing.T) *fixture {
	pool := postgrestest.New(t, schema)
	return &fixture{pool: pool, tx: postgres.NewTxManager(pool), store: idempotencystore.New(pool)}
}

func (f *fixture) effect(ctx context.Context) error {
	_, err := postgres.GetDBTX(ctx, f.pool).Exec(ctx, `INSERT INTO effects VALUES (1)`)
	return err
}

func (f *fixture) count(t *testing.T, table string) (n int) {
	t.Helper()
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func (f *fixture) once(ctx context.Context, key, hash string, fn func(ctx context.Context) (json.RawMessage, error)) (
	result json.RawMessage, replayed bool, err error,
) {
	err = f.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		result, replayed, err = f.store.Once(ctx, "top-up:u", key, []byte(hash), fn)
		return err
	})
	return result, replayed, err
}

func (f *fixture) effectOnce(ctx context.Context, key, hash string) (json.RawMessage, bool, error) {
	return f.once(ctx, key, hash, func(ctx context.Context) (json.RawMessage, error) {
		return json.RawMessage(`{"n": 1}`), f.effect(ctx)
	})
}

func pending(context.Context) (json.RawMessage, error) { return nil, nil }

func TestOnce_ConcurrentDuplicates_HaveOneEffectAndOneFirstAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	replays := make([]bool, 20)

	problems := paralleltest.Together(len(replays), func(n int) error {
		result, replayed, err := f.effectOnce(t.Context(), "k", "h")
		assert.JSONEq(t, `{"n":1}`, string(result))
		replays[n] = replayed
		return err
	})

	first := 0
	for n, err := range problems {
		require.NoError(t, err)
		if !replays[n] {
			first++
		}
	}
	assert.Equal(t, 1, first)
	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestOnce_OtherContentUnderTheSameKey_ReturnsConflict(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, replayed, err := f.effectOnce(t.Context(), "k", "h")
	require.NoError(t, err)
	assert.False(t, replayed)

	_, _, err = f.effectOnce(t.Context(), "k", "other")

	assert.ErrorIs(t, err, idempotency.ErrConflict)
	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestOnce_FailedRun_LeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _, err := f.once(t.Context(), "k", "h", func(ctx context.Context) (json.RawMessage, error) {
		return nil, errors.Join(f.effect(ctx), errors.New("crash"))
	})
	require.Error(t, err)

	_, replayed, err := f.effectOnce(t.Context(), "k", "h")

	require.NoError(t, err)
	assert.False(t, replayed)
	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestOnce_PendingAnswer_IsReturnedAfterSettle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _, err := f.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)

	result, replayed, err := f.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)
	assert.True(t, replayed)
	assert.Nil(t, result)

	answer, err := idempotency.Encode(nil, errs.New(errs.Precondition, "POOR", "no money"))
	require.NoError(t, err)
	require.NoError(t, f.store.Settle(t.Context(), "top-up:u", "k", answer))
	result, _, err = f.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)
	err = idempotency.Decode(result, &struct{}{})
	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	assert.Equal(t, "POOR", errs.From(err).Reason)
}

func TestLookup_DistinguishesUnknownPendingAndOtherRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.store.Lookup(t.Context(), "top-up:u", "k", []byte("h"))
	assert.ErrorIs(t, err, idempotency.ErrUnknownKey)
	assert.ErrorIs(t, f.store.Settle(t.Context(), "top-up:u", "k", json.RawMessage(`1`)), idempotency.ErrUnknownKey)

	_, _, err = f.once(t.Context(), "k", "h", pending)
	require.NoError(t, err)
	result, err := f.store.Lookup(t.Context(), "top-up:u", "k", []byte("h"))
	require.NoError(t, err)
	assert.Nil(t, result)
	_, err = f.store.Lookup(t.Context(), "top-up:u", "k", []byte("other"))
	assert.ErrorIs(t, err, idempotency.ErrConflict)
}

func TestRecord_OnlyTheFirstOfAKeyThatIsCommitted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	record := func(fail error) (first bool, err error) {
		err = f.tx.WithTx(t.Context(), func(ctx context.Context) (err error) {
			if first, err = f.store.Record(ctx, "message/test", "k"); err != nil {
				return err
			}
			return fail
		})
		return first, err
	}
	first, err := record(errors.New("crash"))
	require.Error(t, err)
	assert.True(t, first)
	for _, want := range []bool{true, false} {
		first, err = record(nil)
		require.NoError(t, err)
		assert.Equal(t, want, first)
	}
	deleted, err := f.store.Prune(t.Context(), 0, 10)
	require.NoError(t, err)
	assert.Equal(t, 1, deleted)
}

func TestPrune_DeletesOldAnswersInBatchesAndKeepsPendingOnes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, key := range []string{"old 1", "old 2", "old 3", "fresh"} {
		_, _, err := f.effectOnce(t.Context(), key, "h")
		require.NoError(t, err)
	}
	_, _, err := f.once(t.Context(), "old pending", "h", pending)
	require.NoError(t, err)
	_, err = f.pool.Exec(t.Context(), `UPDATE processed_events SET created_at = now() - interval '2 hours' WHERE key LIKE 'old%'`)
	require.NoError(t, err)

	for _, want := range []int{2, 1, 0} {
		deleted, err := f.store.Prune(t.Context(), time.Hour, 2)
		require.NoError(t, err)
		assert.Equal(t, want, deleted)
	}

	assert.Equal(t, 2, f.count(t, "processed_events"), "the fresh answer and the pending request stay")
}
