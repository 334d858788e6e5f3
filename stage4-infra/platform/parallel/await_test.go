package parallel_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/parallel"
)

func TestAwait_Done_ReturnsNil(t *testing.T) {
	t.Parallel()
	happened := false
	assert.NoError(t, parallel.Await(t.Context(), func() { happened = true }))
	assert.True(t, happened)
}

func TestAwait_ContextEnds_ReturnsItsError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	never, returned := make(chan struct{}), make(chan struct{})
	cancel()

	err := parallel.Await(ctx, func() {
		defer close(returned)
		<-never
	})

	assert.ErrorIs(t, err, context.Canceled)
	close(never)
	<-returned
}
