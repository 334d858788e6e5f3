package grpcserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Of two services in a row the second must give up first: only then is there somebody left to hear of it and to answer.
func TestTheBudgetShrinksHopByHop(t *testing.T) {
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

func TestAShortBudgetIsHalvedAndNotSpent(t *testing.T) {
	t.Parallel()
	left := make(chan time.Duration, 1)
	r := start(t, func(ctx context.Context) error {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return nil
	}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()

	require.NoError(t, r.get(ctx), "less is left than is kept back, and it is a call all the same")

	assert.LessOrEqual(t, <-left, 200*time.Millisecond)
}
