package payment

import (
	"context"
)

func (c *Client) guard(_ context.Context, call func() error) error {
	return c.circuit.Do(call)
}
