package postgres

import (
	"context"
	"math/rand/v2"
	"time"
)

func pause(ctx context.Context, d time.Duration) bool {
	time.Sleep(d/2 + rand.N(d/2))
	return ctx.Err() == nil
}
