package saga

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"shop/platform/errs"
)

// retry makes a call until it succeeds, is refused, or ctx ends, and returns its last error.
func (c Config) retry(ctx context.Context, call func(ctx context.Context) error) (err error) {
	for pause := range c.pauses() {
		if err = c.attempt(ctx, call); err == nil || errs.Refused(err) {
			break
		}
		waited, cancel := context.WithTimeout(ctx, pause)
		<-waited.Done()
		cancel()
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

// pauses are those after each attempt that failed.
//
//stagecraft:add
func (c Config) pauses() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for upTo := c.RetryBackoff; yield(upTo - rand.N(upTo/2)); upTo = min(upTo*2, c.RetryBackoffMax) {
		}
	}
}
