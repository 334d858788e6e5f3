package payment

import (
	"context"

	"shop/platform/errs"
	"shop/platform/httpclient"
)

// guard asks the breaker first, so that no call waits for a place at a provider that is down. A refusal of the limits is hidden from it.
func (c *Client) guard(ctx context.Context, call func() error) error {
	var refused error
	err := c.circuit.Do(func() error {
		called := false
		err := c.limits.Do(ctx, func() error {
			called = true
			return call()
		})
		if !called {
			refused = err
			return context.Canceled // counts as nothing
		}
		return err
	})
	if refused != nil {
		return refused
	}
	return err
}

func overload(response httpclient.Response) error {
	if response.Status/100 == 5 || response.Status == 429 {
		return errs.New(errs.Internal, "PAYMENT_PROVIDER_FAILED", "the payment provider answered %d", response.Status)
	}
	return nil
}
