package usecase_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

func TestABalanceNeverFallsBelowZero(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(7)

	problems := paralleltest.Together(20, func(int) error {
		_, err := b.deduct.Execute(t.Context(), b.payment(1))
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
	b.wantBalance(0)
}

func TestARepeatedDeductTakesOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(100)
	step := b.payment(40)

	for _, err := range paralleltest.Together(10, func(int) error {
		left, err := b.deduct.Execute(t.Context(), step)
		assert.EqualValues(t, 60, left.MinorUnits, "every repetition gets the first answer")
		return err
	}) {
		require.NoError(t, err)
	}

	b.wantBalance(60)
}

func TestARefusedDeductStaysRefused(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(1)
	step := b.payment(2)
	_, first := b.deduct.Execute(t.Context(), step)

	b.funded(10)
	_, second := b.deduct.Execute(t.Context(), step)

	// The saga was told no and has given up: nobody would refund what a late duplicate takes.
	assert.Equal(t, errs.Precondition, errs.CodeOf(first))
	assert.Equal(t, errs.Precondition, errs.CodeOf(second))
	b.wantBalance(11)
}

func TestARefundGivesBackOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(100)
	step := b.payment(40)
	_, err := b.deduct.Execute(t.Context(), step)
	require.NoError(t, err)

	for _, err := range paralleltest.Together(10, func(int) error {
		refunded, err := b.refund.Execute(t.Context(), undo(step))
		assert.True(t, refunded, "every repetition gets the first answer")
		return err
	}) {
		require.NoError(t, err)
	}

	b.wantBalance(100)
}

func TestADeductAfterItsRefundIsRefused(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(100)
	early, late := b.payment(10), b.payment(10)
	_, err := b.deduct.Execute(t.Context(), late)
	require.NoError(t, err)

	refunded, err := b.refund.Execute(t.Context(), undo(early))
	require.NoError(t, err)
	assert.False(t, refunded, "there was nothing to refund yet")
	refunded, err = b.refund.Execute(t.Context(), undo(late))
	require.NoError(t, err)
	assert.True(t, refunded)

	for name, step := range map[string]dto.Deduct{"never arrived": early, "arrived and refunded": late} {
		_, err := b.deduct.Execute(t.Context(), step)
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), name)
	}
	b.wantBalance(100)
}

func TestWhoeverWinsADeductAndItsRefundTakeNothing(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(100)
	for range 10 {
		step := b.payment(10)
		problems := paralleltest.Together(2, func(n int) error {
			if n == 0 {
				_, err := b.deduct.Execute(t.Context(), step)
				return err
			}
			_, err := b.refund.Execute(t.Context(), undo(step))
			return err
		})
		require.NoError(t, problems[1])
		if problems[0] != nil {
			assert.Equal(t, errs.Aborted, errs.CodeOf(problems[0]))
		}
		b.wantBalance(100)
	}
}
