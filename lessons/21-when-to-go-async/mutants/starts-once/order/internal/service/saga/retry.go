package saga

import (
	"context"
)

// retry makes a call until it succeeds, is refused, or ctx ends, and returns its last error. Each attempt has its own timeout. The pauses
// grow and are random, so that many sagas do not strike a service that has just come back all at once.
func (c Config) retry(ctx context.Context, call func(ctx context.Context) error) error {
	return c.attempt(ctx, call)
}
