package main

import (
	"context"
	"fmt"
	"time"
)

// The names of the systems that others are compared with.
const (
	watermillTuned = "watermill tuned"
	bareLoop       = "bare loop, 2 workers"
)

func (e *environment) contestants() []contestant {
	tuned := func(forwards int) forwarderSetup {
		return forwarderSetup{pool: min(8, forwards), batch: 1000, poll: 10 * time.Millisecond, forwards: forwards}
	}
	all := []contestant{
		{"watermill default", func(ctx context.Context) (result, error) { return e.runWatermill(ctx, forwarderSetup{forwards: 1}) }},
		{watermillTuned, func(ctx context.Context) (result, error) { return e.runWatermill(ctx, tuned(1)) }},
		{"watermill tuned, 8 topics", func(ctx context.Context) (result, error) { return e.runWatermill(ctx, tuned(8)) }},
		{bareLoop, func(ctx context.Context) (result, error) { return e.runBare(ctx, 2) }},
	}
	for _, n := range []int{1, 2} {
		all = append(all, contestant{
			fmt.Sprintf("outbox, %d relays", n), func(ctx context.Context) (result, error) { return e.runOutbox(ctx, n, e.cfg.rows) },
		})
	}
	return all
}
