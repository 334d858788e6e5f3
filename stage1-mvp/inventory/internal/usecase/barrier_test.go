package usecase_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/paralleltest"
)

var oneTea = dto.Item{SKU: "tea", Quantity: 1}

func TestARepeatedReserveHoldsOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step := reservation(oneTea)
	first, err := i.reserve.Execute(t.Context(), step)
	require.NoError(t, err)

	for _, err := range paralleltest.Together(10, func(int) error {
		again, err := i.reserve.Execute(t.Context(), step)
		assert.Equal(t, first, again)
		return err
	}) {
		require.NoError(t, err)
	}

	i.wantStock("tea", 9, 1)
}

func TestARefusedReserveStaysRefused(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(1, "tea")
	step := reservation(dto.Item{SKU: "tea", Quantity: 2})
	_, first := i.reserve.Execute(t.Context(), step)

	i.stocked(10, "tea")
	_, second := i.reserve.Execute(t.Context(), step)

	// The saga was told no and has given up: nobody would release what a late duplicate holds.
	assert.Equal(t, errs.Precondition, errs.CodeOf(first))
	assert.Equal(t, errs.Precondition, errs.CodeOf(second))
	i.wantStock("tea", 11, 0)
}

func TestAReleaseGivesBackOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step := reservation(oneTea)
	_, err := i.reserve.Execute(t.Context(), step)
	require.NoError(t, err)

	for _, err := range paralleltest.Together(10, func(int) error {
		released, err := i.release.Execute(t.Context(), undo(step))
		assert.True(t, released, "every repetition gets the first answer")
		return err
	}) {
		require.NoError(t, err)
	}

	i.wantStock("tea", 10, 0)
}

func TestAReserveAfterItsReleaseIsRefused(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	early, late := reservation(oneTea), reservation(oneTea)
	_, err := i.reserve.Execute(t.Context(), late)
	require.NoError(t, err)

	released, err := i.release.Execute(t.Context(), undo(early))
	require.NoError(t, err)
	assert.False(t, released, "there was nothing to release yet")
	released, err = i.release.Execute(t.Context(), undo(late))
	require.NoError(t, err)
	assert.True(t, released)

	for name, step := range map[string]dto.Reserve{"never arrived": early, "arrived and released": late} {
		_, err := i.reserve.Execute(t.Context(), step)
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), name)
	}
	i.wantStock("tea", 10, 0)
}

func TestWhoeverWinsAReserveAndItsReleaseLeaveNothingHeld(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	for range 10 {
		step := reservation(oneTea)
		problems := paralleltest.Together(2, func(n int) error {
			if n == 0 {
				_, err := i.reserve.Execute(t.Context(), step)
				return err
			}
			_, err := i.release.Execute(t.Context(), undo(step))
			return err
		})
		require.NoError(t, problems[1])
		if problems[0] != nil {
			assert.Equal(t, errs.Aborted, errs.CodeOf(problems[0]))
		}
		i.wantStock("tea", 10, 0)
	}
}

func TestAStepWithOtherContentIsAConflict(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step := reservation(oneTea)
	_, err := i.reserve.Execute(t.Context(), step)
	require.NoError(t, err)

	step.Items = []dto.Item{{SKU: "tea", Quantity: 2}}
	_, err = i.reserve.Execute(t.Context(), step)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	i.wantStock("tea", 9, 1)
}
