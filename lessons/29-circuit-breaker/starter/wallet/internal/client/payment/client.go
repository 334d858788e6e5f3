package payment

import (
	"context"

	"shop/platform/httpclient"
)

// guard makes the call when the limits and the circuit breaker allow it.
func (c *Client) guard(ctx context.Context, call func() error) error {
	// TODO: c.limits and c.circuit. In which order?
	return call()
}

// overload returns an error for the answers with which the provider says that it does not work. Its other answers are decisions.
func overload(response httpclient.Response) error {
	// TODO
	return nil
}
