package rabbitmq

import "context"

// Stop ends the consumers.
func (c *Consumers) Stop(context.Context) error {
	c.stop()
	return nil
}
