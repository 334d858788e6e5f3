package errs

import (
	"context"
	"errors"
)

// From finds the DomainError in err's chain. The end of a context becomes DeadlineExceeded or Canceled, and any other error Internal, with
// err as the cause, so that nothing of it reaches a client. From(nil) is nil.
func From(err error) *DomainError {
	if err == nil {
		return nil
	}
	var e *DomainError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return wrapPlain(err, DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return wrapPlain(err, Canceled)
	default:
		return New(Internal, Internal.String(), "%s", Internal.Message())
	}
}
