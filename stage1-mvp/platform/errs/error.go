// Package errs has the one error type that leaves a service: what went wrong, for programs and for people.
package errs

import (
	"errors"
	"fmt"
)

// DomainError is an error that a caller may be told about. Code, Reason and Message are public; Cause never leaves the service.
type DomainError struct {
	Code    Code
	Reason  string // a machine word, such as INSUFFICIENT_BALANCE
	Message string // for people
	Cause   error  // for the log
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

// Error returns the message with its cause. It is for logs: a client is sent Message alone.
func (e *DomainError) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *DomainError) Unwrap() error { return e.Cause }

// From finds the DomainError in err's chain. Any other error becomes Internal with err as its cause, so that nothing of it reaches
// a client. From(nil) is nil.
func From(err error) *DomainError {
	if err == nil {
		return nil
	}
	var e *DomainError
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, Internal, "INTERNAL", "internal error")
}

// CodeOf returns the code of err, or 0 for nil.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	return From(err).Code
}
