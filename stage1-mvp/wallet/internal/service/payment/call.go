package payment

import (
	"context"
	"errors"
	"time"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Metrics counts what becomes of payments, and how the provider answers.
type Metrics interface {
	PaymentChanged(eventType string, failure domain.PaymentFailureCode)
	ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration)
}

// The operations of the provider, and what its answers mean, as label values.
const (
	opCharge = "charge"
	opFind   = "find"
	opVoid   = "void"
	opRefund = "refund"

	outcomeDone      = "done"
	outcomeRefused   = "refused"
	outcomeNoCharge  = "no_charge"
	outcomeUncertain = "uncertain"
)

// Operations and Outcomes are all values that ProviderAnswered is given.
var (
	Operations = []string{opCharge, opFind, opVoid, opRefund}
	Outcomes   = []string{outcomeDone, outcomeRefused, outcomeNoCharge, outcomeUncertain}
)

// call measures one call to the provider.
func (e *Engine) call(ctx context.Context, operation string, ask func() error) error {
	started := time.Now()
	err := ask()
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
	default:
		return outcomeUncertain
	}
}
