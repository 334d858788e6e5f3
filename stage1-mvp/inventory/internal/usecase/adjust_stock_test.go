package usecase_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/paralleltest"
)

func TestAdjustmentsAtTheSameTimeAllCount(t *testing.T) {
	t.Parallel()
	i := newInventory(t)

	problems := paralleltest.Together(20, func(n int) error {
		_, err := i.adjust.Execute(t.Context(), adjustment(fmt.Sprint(n), "tea", 1))
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	i.wantStock("tea", 20, 0)
}

func TestARepeatedAdjustmentIsMadeOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t)

	var first atomic.Int32
	problems := paralleltest.Together(10, func(int) error {
		adjusted, err := i.adjust.Execute(t.Context(), adjustment("k", "tea", 5))
		assert.EqualValues(t, 5, adjusted.Stock.Available, "every repetition gets the first answer")
		if !adjusted.Replayed {
			first.Add(1)
		}
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	assert.EqualValues(t, 1, first.Load(), "one made the change, all others say that they repeat it")
	i.wantStock("tea", 5, 0)
	_, err := i.adjust.Execute(t.Context(), adjustment("k", "tea", 6))
	assert.Equal(t, errs.Conflict, errs.CodeOf(err), "the same key with another change")
	i.wantStock("tea", 5, 0)
}

func TestAnAdjustmentIsRefused(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(3, "tea")
	for name, test := range map[string]struct {
		sku   string
		delta int64
		want  errs.Code
	}{
		"below zero":  {"tea", -4, errs.Precondition},
		"unknown sku": {"nope", -1, errs.NotFound},
		"nothing":     {"tea", 0, errs.InvalidInput},
		"bad sku":     {"a b", 1, errs.InvalidInput},
	} {
		_, err := i.adjust.Execute(t.Context(), adjustment(name, test.sku, test.delta))
		assert.Equal(t, test.want, errs.CodeOf(err), name)
	}
	i.wantStock("tea", 3, 0)

	// A refusal is an answer too: more stock later does not change what this key was told.
	i.stocked(10, "tea")
	_, err := i.adjust.Execute(t.Context(), adjustment("below zero", "tea", -4))
	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	i.wantStock("tea", 13, 0)
}
