package parallel_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/parallel"
)

func TestEach_RunsAllWithinLimit(t *testing.T) {
	t.Parallel()
	var running, most, done atomic.Int64
	parallel.Each(make([]int, 100), 3, func(int) {
		now := running.Add(1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		done.Add(1)
		running.Add(-1)
	}, nil)
	assert.LessOrEqual(t, most.Load(), int64(3))
	assert.Equal(t, int64(100), done.Load())
}

func TestEach_Panic_IsReportedAndOthersContinue(t *testing.T) {
	t.Parallel()
	var done atomic.Int64
	var reported atomic.Value
	parallel.Each([]int{1, 2, 3}, 2, func(item int) {
		if item == 2 {
			panic("broken")
		}
		done.Add(1)
	}, func(item int, err error, stack []byte) {
		assert.Equal(t, 2, item)
		assert.Contains(t, string(stack), "each_test.go")
		reported.Store(err)
	})
	assert.EqualError(t, reported.Load().(error), "panic: broken")
	assert.Equal(t, int64(2), done.Load())
}
