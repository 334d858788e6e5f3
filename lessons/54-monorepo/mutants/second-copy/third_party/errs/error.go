// Package errs has the one error type that leaves a service: a code for programs and a message for people. It knows nothing of a transport;
// package grpcstatus translates to and from gRPC.
package errs

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DomainError is an error with a public part: Code, Reason and Message. Cause never leaves the service.
type DomainError struct {
	Code    Code
	Reason  string // a machine-readable constant, such as INSUFFICIENT_BALANCE
	Message string // for people
	Cause   error  // for the log
	// Remote means that another service of the shop answered with this error. It proves that the request arrived there.
	Remote bool
	// RetryAfter is how long the caller is asked to wait before it tries again, 0 when that is not known.
	RetryAfter time.Duration
}

// New returns a DomainError without a cause.
func New(code Code, reason, format string, args ...any) *DomainError {
	return &DomainError{Code: code, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a DomainError that keeps cause for the log and for errors.Is and errors.As.
func Wrap(cause error, code Code, reason, format string, args ...any) *DomainError {
	e := New(code, reason, format, args...)
	e.Cause = cause
	return e
}

// Error returns the message with its cause. It is for logs; a client gets Message alone.
func (e *DomainError) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *DomainError) Unwrap() error { return e.Cause }

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
		return wrapPlain(err, Internal)
	}
}

func wrapPlain(cause error, code Code) *DomainError {
	return &DomainError{Code: code, Reason: code.String(), Message: code.Message(), Cause: cause}
}

// CodeOf returns the code of err, or 0 for nil.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	return From(err).Code
}

// Refused reports whether err proves that the called service did not do the work and never will: a business refusal, sent by that service
// itself. After any other error (a timeout, a lost connection, a status without the service's own detail) the work may have been done, and
// the caller must treat it as done.
func Refused(err error) bool {
	var e *DomainError
	for errors.As(err, &e) {
		if e.Remote {
			return e.Code == InvalidInput || e.Code == NotFound || e.Code == Precondition
		}
		err = e.Cause
	}
	return false
}
