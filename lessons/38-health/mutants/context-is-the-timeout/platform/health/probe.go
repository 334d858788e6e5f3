package health

import (
	"context"
	"time"

	"shop/platform/parallel"
)

// run asks once. It returns within the timeout whatever the probe does.
func (m *monitor) run(ctx context.Context, timeout time.Duration) error {
	select {
	case <-m.running:
	default:
		return errHanging
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return parallel.Protect(func() error { return m.Check(ctx) })
}
