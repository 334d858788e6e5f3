package rabbitmq

import (
	"context"

	"shop/platform/parallel"
)

// Stop ends the consumers.
func (c *Consumers) Stop(ctx context.Context) error {
	c.stop()
	err := parallel.Await(ctx, c.running.Wait)
	c.conn.close()
	return err
}
