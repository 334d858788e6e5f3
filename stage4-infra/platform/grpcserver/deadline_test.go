package grpcserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The second of two services must time out first, so that the first still has time to answer.
func TestDeadline_ShrinksWithEachHop(t *testing.T) {
	t.Parallel()
	left := make(chan time.Duration, 2)
	note := func(ctx context.Context) {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
	}
	second := start(t, func(ctx context.Context) error {
		note(ctx)
		return nil
	}, nil)
	first := start(t, func(ctx context.Context) error {
		note(ctx)
		return second.get(ctx)
	}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	require.NoError(t, first.get(ctx))

	assert.LessOrEqual(t, <-left, 9500*time.Millisecond)
	assert.LessOrEqual(t, <-left, 9*time.Second)
}

func TestDeadline_ShorterThanOverhead_IsHalved(t *testing.T) {
	t.Parallel()
	left := make(chan time.Duration, 1)
	r := start(t, func(ctx context.Context) error {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return nil
	}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()

	require.NoError(t, r.get(ctx), "a deadline shorter than the overhead must not fail at once")

	assert.LessOrEqual(t, <-left, 200*time.Millisecond)
}
