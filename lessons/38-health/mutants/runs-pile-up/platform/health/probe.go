package health

import (
	"context"
	"fmt"
	"time"

	"shop/platform/parallel"
)

// run asks once. It returns within the timeout whatever the probe does.
func (m *monitor) run(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	result := make(chan error, 1)
	go func() {
		result <- parallel.Protect(func() error { return m.Check(ctx) })
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("no answer within %s", timeout)
	}
}
