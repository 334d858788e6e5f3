package payment

import (
	"context"
	"errors"
	"time"

	"shop/platform/errs"
)

// Metrics counts the answers of the provider.
type Metrics interface {
	ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration)
}

// Label values of Metrics.
const (
	opCharge = "charge"
	opFind   = "find"
	opVoid   = "void"

	outcomeDone      = "done"
	outcomeRefused   = "refused"
	outcomeNoCharge  = "no_charge"
	outcomeUncertain = "uncertain"
	outcomeNotCalled = "not_called"
)

// Operations and Outcomes are all label values that ProviderAnswered receives.
var (
	Operations = []string{opCharge, opFind, opVoid}
	Outcomes   = []string{outcomeDone, outcomeRefused, outcomeNoCharge, outcomeUncertain, outcomeNotCalled}
)

// measure makes one call to the provider and counts its outcome.
func (e *Engine) measure(ctx context.Context, operation string, call func() error) error {
	started := time.Now()
	err := call()
	e.metrics.ProviderAnswered(ctx, operation, outcomeOf(err), time.Since(started))
	return err
}

func outcomeOf(err error) string {
	var refusal *Refusal
	switch {
	case err == nil:
		return outcomeDone
	case errors.Is(err, ErrNoCharge):
		return outcomeNoCharge
	case errors.As(err, &refusal):
		return outcomeRefused
	case errs.CodeOf(err) == errs.Unavailable:
		return outcomeNotCalled
	default:
		return outcomeUncertain
	}
}
