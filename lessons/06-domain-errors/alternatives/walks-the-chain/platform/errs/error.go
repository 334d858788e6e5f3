package errs

import "context"

func From(err error) *DomainError {
	if err == nil {
		return nil
	}
	if e, ok := walk(err, func(err error) bool { _, ok := err.(*DomainError); return ok }).(*DomainError); ok {
		return e
	}
	for _, end := range []struct {
		err  error
		code Code
	}{{context.DeadlineExceeded, DeadlineExceeded}, {context.Canceled, Canceled}} {
		if walk(err, func(inner error) bool { return inner == end.err }) != nil {
			return Wrap(err, end.code, end.code.String(), "%s", end.code.Message())
		}
	}
	return Wrap(err, Internal, Internal.String(), "%s", Internal.Message())
}

//stagecraft:drop
func wrapPlain(cause error, code Code) *DomainError { return nil }

// walk returns the first error of the chain that fits, the outermost first.
//
//stagecraft:add
func walk(err error, fits func(err error) bool) error {
	if err == nil || fits(err) {
		return err
	}
	switch wrapper := err.(type) {
	case interface{ Unwrap() error }:
		return walk(wrapper.Unwrap(), fits)
	case interface{ Unwrap() []error }:
		for _, inner := range wrapper.Unwrap() {
			if found := walk(inner, fits); found != nil {
				return found
			}
		}
	}
	return nil
}
