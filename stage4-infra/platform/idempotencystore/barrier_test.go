package idempotencystore_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/platform/postgres"
)

func newStep() idempotency.Step {
	return idempotency.Step{SagaID: uuid.NewString(), Name: "S", OrderID: uuid.NewString()}
}

func (f *fixture) act(t *testing.T, step idempotency.Step, hash string, fn func(ctx context.Context) (any, error)) error {
	var answer json.RawMessage
	err := f.tx.WithTx(t.Context(), func(ctx context.Context) (err error) {
		answer, err = f.store.Act(ctx, step, []byte(hash), fn)
		return err
	})
	if err != nil {
		return err
	}
	return idempotency.Decode(answer, new(int))
}

func (f *fixture) insert(ctx context.Context) (any, error) { return 1, f.effect(ctx) }

// compensate deletes the effects of the test.
func (f *fixture) compensate(t *testing.T, step idempotency.Step) (undone bool, err error) {
	err = f.tx.WithTx(t.Context(), func(ctx context.Context) (err error) {
		undone, err = f.store.Compensate(ctx, step, func(ctx context.Context) error {
			tag, err := postgres.GetDBTX(ctx, f.pool).Exec(ctx, `DELETE FROM effects`)
			if err == nil && tag.RowsAffected() == 0 {
				return idempotency.ErrNothingToUndo
			}
			return err
		})
		return err
	})
	return undone, err
}

func TestBarrier_DuplicatesActAndCompensateOnce(t *testing.T) {
	t.Parallel()
	f, step := newFixture(t), newStep()
	require.NoError(t, f.act(t, step, "h", f.insert))
	require.NoError(t, f.act(t, step, "h", f.insert))
	assert.Equal(t, 1, f.count(t, "effects"))
	assert.ErrorIs(t, f.act(t, step, "other", f.insert), idempotency.ErrConflict)

	for range 2 {
		undone, err := f.compensate(t, step)
		require.NoError(t, err)
		assert.True(t, undone)
		assert.Zero(t, f.count(t, "effects"))
	}
	assert.ErrorIs(t, f.act(t, step, "h", f.insert), idempotency.ErrCompensated)
	assert.Zero(t, f.count(t, "effects"))
}

func TestBarrier_ActionAfterItsCompensation_IsRefused(t *testing.T) {
	t.Parallel()
	f, step := newFixture(t), newStep()
	for range 2 {
		undone, err := f.compensate(t, step)
		require.NoError(t, err)
		assert.False(t, undone)
	}

	assert.ErrorIs(t, f.act(t, step, "h", f.insert), idempotency.ErrCompensated)
	assert.Zero(t, f.count(t, "effects"))
}

func TestBarrier_Refusal_IsAnAnswerWithoutEffect(t *testing.T) {
	t.Parallel()
	f, step := newFixture(t), newStep()
	refuse := func(ctx context.Context) (any, error) {
		require.NoError(t, f.effect(ctx))
		return nil, errs.New(errs.Precondition, "EMPTY", "nothing left")
	}
	assert.Equal(t, errs.Precondition, errs.CodeOf(f.act(t, step, "h", refuse)))
	assert.Zero(t, f.count(t, "effects"))

	err := f.act(t, step, "h", f.insert)
	assert.Equal(t, "EMPTY", errs.From(err).Reason)

	require.NoError(t, f.effect(t.Context()))
	undone, err := f.compensate(t, step)
	require.NoError(t, err)
	assert.False(t, undone)
	assert.Equal(t, 1, f.count(t, "effects"), "a refused action must not be undone")
}

func TestBarrier_SameStepOfAnotherOrder_ReturnsConflict(t *testing.T) {
	t.Parallel()
	f, step := newFixture(t), newStep()
	require.NoError(t, f.act(t, step, "h", f.insert))
	foreign := step
	foreign.OrderID = uuid.NewString()

	_, err := f.compensate(t, foreign)

	assert.ErrorIs(t, err, idempotency.ErrConflict)
	assert.ErrorIs(t, f.act(t, foreign, "h", f.insert), idempotency.ErrConflict)
	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestBarrier_CompensationAfterPruning_StillUndoesTheAction(t *testing.T) {
	t.Parallel()
	f, step := newFixture(t), newStep()
	require.NoError(t, f.act(t, step, "h", f.insert))
	deleted, err := f.store.Prune(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Equal(t, 1, deleted)

	undone, err := f.compensate(t, step)

	require.NoError(t, err)
	assert.True(t, undone)
	assert.Zero(t, f.count(t, "effects"))
}
