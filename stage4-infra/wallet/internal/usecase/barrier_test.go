package usecase_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/paralleltest"
	"shop/wallet/internal/usecase/dto"
)

func TestDeduct_Concurrent_NeverBelowZero(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(7)

	problems := paralleltest.Together(20, func(int) error {
		_, err := f.deduct.Execute(t.Context(), f.purchase(1))
		return err
	})

	paid := 0
	for _, err := range problems {
		if err == nil {
			paid++
			continue
		}
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	}
	assert.Equal(t, 7, paid)
	f.wantBalance(0)
}

func TestDeduct_Repeated_DeductsOnceAndReturnsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	step := f.purchase(40)

	for _, err := range paralleltest.Together(10, func(int) error {
		left, err := f.deduct.Execute(t.Context(), step)
		assert.EqualValues(t, 60, left.MinorUnits, "every repetition gets the first answer")
		return err
	}) {
		require.NoError(t, err)
	}

	f.wantBalance(60)
}

func TestDeduct_RefusedOnce_StaysRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(1)
	step := f.purchase(2)
	_, first := f.deduct.Execute(t.Context(), step)

	f.funded(10)
	_, second := f.deduct.Execute(t.Context(), step)

	// The saga has ended with the refusal: it would not refund what a late duplicate deducts.
	assert.Equal(t, errs.Precondition, errs.CodeOf(first))
	assert.Equal(t, errs.Precondition, errs.CodeOf(second))
	f.wantBalance(11)
}

func TestRefund_Repeated_RefundsOnceAndReturnsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	step := f.purchase(40)
	_, err := f.deduct.Execute(t.Context(), step)
	require.NoError(t, err)

	for _, err := range paralleltest.Together(10, func(int) error {
		refunded, err := f.refund.Execute(t.Context(), undo(step))
		assert.True(t, refunded, "every repetition gets the first answer")
		return err
	}) {
		require.NoError(t, err)
	}

	f.wantBalance(100)
}

func TestDeduct_AfterItsRefund_IsAborted(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	early, late := f.purchase(10), f.purchase(10)
	_, err := f.deduct.Execute(t.Context(), late)
	require.NoError(t, err)

	refunded, err := f.refund.Execute(t.Context(), undo(early))
	require.NoError(t, err)
	assert.False(t, refunded, "there was nothing to refund yet")
	refunded, err = f.refund.Execute(t.Context(), undo(late))
	require.NoError(t, err)
	assert.True(t, refunded)

	for name, step := range map[string]dto.Deduct{"never arrived": early, "arrived and refunded": late} {
		_, err := f.deduct.Execute(t.Context(), step)
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), name)
	}
	f.wantBalance(100)
}

func TestDeduct_RacingWithItsRefund_LeavesTheBalance(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	for range 10 {
		step := f.purchase(10)
		problems := paralleltest.Together(2, func(n int) error {
			if n == 0 {
				_, err := f.deduct.Execute(t.Context(), step)
				return err
			}
			_, err := f.refund.Execute(t.Context(), undo(step))
			return err
		})
		require.NoError(t, problems[1])
		if problems[0] != nil {
			assert.Equal(t, errs.Aborted, errs.CodeOf(problems[0]))
		}
		f.wantBalance(100)
	}
}
