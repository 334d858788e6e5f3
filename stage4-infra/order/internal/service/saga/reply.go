package saga

import (
	"shop/order/internal/domain"
	"shop/platform/errs"
)

// Call names one command of a purchase, as other services know it: a step, and whether to do or to undo it.
type Call struct {
	Step       string
	Compensate bool
}

// Reply is what another service answered to a command.
type Reply struct {
	// PurchaseID is the saga id of the command, which is that of the purchase for every saga of an order.
	PurchaseID string
	Call       Call
	// Refusal is nil when the command was done.
	Refusal *Refusal
}

// Refusal is why another service did not do what it was told to do.
type Refusal struct {
	Code    string // the name of an errs.Code
	Reason  string
	Message string
}

// String returns the refusal in one line, for operators.
func (r *Refusal) String() string { return r.Code + " " + r.Reason + ": " + r.Message }

// isFinal tells whether the refusal proves that the step did not happen and never will.
func (r *Refusal) isFinal() bool {
	switch r.Code {
	case errs.InvalidInput.String(), errs.NotFound.String(), errs.Precondition.String():
		return true
	}
	return false
}

// failureOf says why the order is cancelled, in words for the buyer: the message of the service that refused.
func failureOf(step Step, refusal *Refusal) Failure {
	switch {
	case !refusal.isFinal():
		return Failure{Code: domain.CancelUncertain, Reason: "a service could not do its part, the purchase has been undone"}
	case refusal.Code == errs.InvalidInput.String():
		return Failure{Code: domain.CancelRefused, Reason: refusal.Message}
	default:
		return Failure{Code: step.Refusal, Reason: refusal.Message}
	}
}
