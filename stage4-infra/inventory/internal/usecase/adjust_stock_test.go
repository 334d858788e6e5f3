package usecase_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/paralleltest"
)

func TestAdjustStock_Concurrent_EveryChangeCounts(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	i.product("tea")

	problems := paralleltest.Together(20, func(n int) error {
		_, err := i.adjust.Execute(t.Context(), adjustment(fmt.Sprint(n), "tea", 1))
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	i.wantStock("tea", 20, 0)
}

func TestAdjustStock_RepeatedKey_ChangesOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	i.product("tea")

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
	assert.EqualValues(t, 1, first.Load(), "one call made the change, all others report a replay")
	i.wantStock("tea", 5, 0)
	_, err := i.adjust.Execute(t.Context(), adjustment("k", "tea", 6))
	assert.Equal(t, errs.Conflict, errs.CodeOf(err), "the same key with another change")
	i.wantStock("tea", 5, 0)
}

func TestAdjustStock_NotPossible_ReturnsRefusalAndChangesNothing(t *testing.T) {
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

	// A refusal is an answer too: more stock later does not change the answer of this key.
	i.stocked(10, "tea")
	_, err := i.adjust.Execute(t.Context(), adjustment("below zero", "tea", -4))
	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	i.wantStock("tea", 13, 0)
}
