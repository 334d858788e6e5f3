package usecase_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/paralleltest"
)

var oneTea = dto.Item{SKU: "tea", Quantity: 1}

func TestReserve_Repeated_ReservesOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step := reservation(oneTea)
	first, err := i.steps.Reserve(t.Context(), step)
	require.NoError(t, err)

	for _, err := range paralleltest.Together(10, func(int) error {
		again, err := i.steps.Reserve(t.Context(), step)
		assert.Equal(t, first, again)
		return err
	}) {
		require.NoError(t, err)
	}

	i.wantStock("tea", 9, 1)
}

func TestReserve_Refused_StaysRefused(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(1, "tea")
	step := reservation(dto.Item{SKU: "tea", Quantity: 2})
	_, first := i.steps.Reserve(t.Context(), step)

	i.stocked(10, "tea")
	_, second := i.steps.Reserve(t.Context(), step)

	// The saga has received the refusal and is over: no later step would release what a late duplicate reserves.
	assert.Equal(t, errs.Precondition, errs.CodeOf(first))
	assert.Equal(t, errs.Precondition, errs.CodeOf(second))
	i.wantStock("tea", 11, 0)
}

func TestRelease_Repeated_ReleasesOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step := reservation(oneTea)
	_, err := i.steps.Reserve(t.Context(), step)
	require.NoError(t, err)

	for _, err := range paralleltest.Together(10, func(int) error {
		released, err := i.steps.Release(t.Context(), undo(step))
		assert.True(t, released, "every repetition gets the first answer")
		return err
	}) {
		require.NoError(t, err)
	}

	i.wantStock("tea", 10, 0)
}

func TestReserve_AfterItsRelease_ReturnsAborted(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	early, late := reservation(oneTea), reservation(oneTea)
	_, err := i.steps.Reserve(t.Context(), late)
	require.NoError(t, err)

	released, err := i.steps.Release(t.Context(), undo(early))
	require.NoError(t, err)
	assert.False(t, released, "there was nothing to release yet")
	released, err = i.steps.Release(t.Context(), undo(late))
	require.NoError(t, err)
	assert.True(t, released)

	for name, step := range map[string]dto.Reserve{"never arrived": early, "arrived and released": late} {
		_, err := i.steps.Reserve(t.Context(), step)
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), name)
	}
	i.wantStock("tea", 10, 0)
}

func TestReserveAndRelease_Concurrent_LeaveNothingReserved(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	for range 10 {
		step := reservation(oneTea)
		problems := paralleltest.Together(2, func(n int) error {
			if n == 0 {
				_, err := i.steps.Reserve(t.Context(), step)
				return err
			}
			_, err := i.steps.Release(t.Context(), undo(step))
			return err
		})
		require.NoError(t, problems[1])
		if problems[0] != nil {
			assert.Equal(t, errs.Aborted, errs.CodeOf(problems[0]))
		}
		i.wantStock("tea", 10, 0)
	}
}

func TestReserve_OtherContent_ReturnsConflict(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step := reservation(oneTea)
	_, err := i.steps.Reserve(t.Context(), step)
	require.NoError(t, err)

	step.Items = []dto.Item{{SKU: "tea", Quantity: 2}}
	_, err = i.steps.Reserve(t.Context(), step)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	i.wantStock("tea", 9, 1)
}
