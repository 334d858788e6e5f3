package parallel_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/parallel"
)

func TestGroup_Panic_IsAnErrorAndEndsTheContext(t *testing.T) {
	t.Parallel()
	group, ctx := parallel.NewGroup(t.Context())
	group.Go(func() error { panic("broken") })
	group.Go(func() error {
		<-ctx.Done()
		return ctx.Err()
	})

	err := group.Wait()

	var panicked *parallel.PanicError
	require.ErrorAs(t, err, &panicked)
	assert.Equal(t, "broken", panicked.Value)
	assert.Contains(t, string(panicked.Stack), "protect_test.go")
}

func TestGroup_FirstErrorWins(t *testing.T) {
	t.Parallel()
	group, ctx := parallel.NewGroup(t.Context())
	group.SetLimit(1)
	first := errors.New("first")
	group.Go(func() error { return first })
	group.Go(func() error { return context.Cause(ctx) })

	assert.Equal(t, first, group.Wait())
}
