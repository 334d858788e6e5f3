package rabbitmq

import "context"

// Stop takes no more messages and waits until those that the broker has delivered are done and acknowledged. What is not done when ctx ends
// is aborted, and the broker delivers it to another replica.
func (c *Consumers) Stop(context.Context) error {
	// TODO
	return nil
}
