package payment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"shop/platform/errs"
	"shop/platform/httpclient"
)

// attempts makes the request, and makes it again when the provider asks for that with Retry-After: after the wait, and only when the budget
// of repetitions and the time that is left allow it. Any other failure is not repeated here.
//
// Waiting is outside of the limits and of the circuit breaker: it takes no place, and each attempt is one that the breaker can refuse.
func (c *Client) attempts(ctx context.Context, request httpclient.Request) (httpclient.Response, error) {
	response, err := c.attempt(ctx, request)
	for made := 1; ; made++ {
		wait, asked := response.RetryAfter(time.Now())
		if !asked || !c.budget.Failed() || made >= c.cfg.Retry.MaxAttempts || !c.hasTime(ctx, wait) {
			break
		}
		if httpclient.Pause(ctx, wait) != nil {
			break
		}
		next, failure := c.attempt(ctx, request)
		if errs.CodeOf(failure) == errs.Unavailable {
			break // Not made, but an earlier attempt was: its outcome is unknown, as its error says.
		}
		response, err = next, failure
	}
	if err == nil {
		c.budget.Succeeded()
	}
	return response, err
}

// hasTime reports whether an attempt after the wait can still take its whole timeout. One that is cut short would have an unknown outcome.
func (c *Client) hasTime(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return wait <= c.cfg.Retry.MaxWait && (!ok || time.Until(deadline) >= wait+c.cfg.Timeout)
}

// attempt makes one attempt.
func (c *Client) attempt(ctx context.Context, request httpclient.Request) (response httpclient.Response, err error) {
	err = c.guard(ctx, func() (err error) {
		if response, err = c.http.Do(ctx, request); err != nil {
			return err
		}
		return overload(response)
	})
	return response, err
}

// guard makes the call when the limits and the circuit breaker allow it. Waiting for the limits says nothing about the provider, so the
// breaker is inside.
func (c *Client) guard(ctx context.Context, call func() error) error {
	return c.limits.Do(ctx, func() error { return c.circuit.Do(call) })
}

// overload returns an error for the answers with which the provider says that it does not work. Its other answers are decisions.
func overload(response httpclient.Response) error {
	if response.Status >= http.StatusInternalServerError || response.Status == http.StatusTooManyRequests {
		return fmt.Errorf("the payment provider answered %d", response.Status)
	}
	return nil
}
