package payment

import (
	"context"
)

func (c *Client) guard(ctx context.Context, call func() error) error {
	return c.circuit.Do(func() error { return c.limits.Do(ctx, call) })
}
