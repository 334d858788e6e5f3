package rabbitmq

import (
	"context"

	"shop/platform/parallel"
)

// Stop ends the consumers.
func (c *Consumers) Stop(ctx context.Context) error {
	err := parallel.Await(ctx, c.running.Wait)
	c.stop()
	c.abort()
	c.conn.close()
	return err
}
