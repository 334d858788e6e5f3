package saga

import (
	"context"
	"math/rand/v2"
	"time"

	"shop/platform/errs"
)

// retry makes a call until it succeeds, is refused, or ctx ends, and returns its last error. Each attempt has its own timeout. The pauses
// grow and are random, so that many sagas do not strike a service that has just come back all at once.
func (c Config) retry(ctx context.Context, call func(ctx context.Context) error) error {
	for backoff := c.RetryBackoff; ; backoff = min(2*backoff, c.RetryBackoffMax) {
		err := c.attempt(ctx, call)
		if err == nil || errs.Refused(err) {
			return err
		}
		time.Sleep(backoff/2 + rand.N(backoff/2+1))
		if ctx.Err() != nil {
			return err
		}
	}
}
