package rabbitmq

import (
	"context"

	"shop/platform/logging"
)

// Stop ends the consumers.
func (c *Consumers) Stop(ctx context.Context) error {
	c.stop()
	defer c.conn.close()
	defer c.abort()
	done := make(chan struct{})
	go func() {
		c.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		c.log.Warn("messages aborted at the stop", logging.Event("platform.message.aborted"), logging.Error(ctx.Err()))
		return ctx.Err()
	}
}
