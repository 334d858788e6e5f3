// Package idempotency has the rules that make requests and saga steps safe to repeat: what a valid key is, whose it is, which requests are
// equal, and how an answer is stored. The answers themselves are kept by package idempotencystore, in the transaction of the effect.
package idempotency

import (
	"errors"

	"shop/platform/errs"
)

var (
	// ErrConflict means that the key, or the saga step, was used before for a request with other content.
	ErrConflict = errs.New(errs.Conflict, "IDEMPOTENCY_KEY_REUSED", "this idempotency key was used for another request")
	// ErrCompensated means that an action arrived after its own compensation. It must not run: no compensation would follow.
	ErrCompensated = errs.New(errs.Aborted, "STEP_COMPENSATED", "this step was already compensated")
	// ErrUnknownKey means that no request with this key was accepted.
	ErrUnknownKey = errors.New("idempotency key is unknown")
	// ErrNothingToUndo is returned by an undo function when the action has left nothing behind.
	ErrNothingToUndo = errors.New("nothing to undo")
)
