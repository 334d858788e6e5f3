package saga

import (
	"context"
	"math/rand/v2"
	"time"

	"shop/platform/errs"
)

// retry makes a call until it succeeds, is refused, or ctx ends, and returns its last error.
func (c Config) retry(ctx context.Context, call func(ctx context.Context) error) error {
	longest := c.RetryBackoff
	for {
		err := c.attempt(ctx, call)
		switch {
		case err == nil, errs.Refused(err):
			return err
		}
		share := 0.5 + rand.Float64()/2
		select {
		case <-time.After(time.Duration(share * float64(longest))):
		case <-ctx.Done():
			return err
		}
		if longest *= 2; longest > c.RetryBackoffMax {
			longest = c.RetryBackoffMax
		}
	}
}
