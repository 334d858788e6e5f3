// Hidden checks of the lesson on errors. They use only names that the lesson gives.
package errs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"shop/platform/errs"
)

type zzeFailure struct{ id, sentence, expected, seen, why string }

func zzeFail(t *testing.T, f zzeFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzeQuery is an error type of a library that wraps another error.
type zzeQuery struct{ cause error }

func (e zzeQuery) Error() string { return "query: " + e.cause.Error() }
func (e zzeQuery) Unwrap() error { return e.cause }

const zzeCause = "dial tcp 10.0.0.7:5432: refused"

func TestZZDomainErrorsFrom(t *testing.T) {
	inner := errs.New(errs.NotFound, "ORDER_NOT_FOUND", "order 7 does not exist")
	outer := errs.Wrap(fmt.Errorf("reserve: %w", inner), errs.Precondition, "NOT_RESERVED", "this cannot be reserved")
	late := errs.Wrap(context.DeadlineExceeded, errs.Aborted, "IN_PROGRESS", "repeat the request")
	for _, c := range []struct {
		what string
		err  error
		want *errs.DomainError
	}{
		{"a DomainError as it is", inner, inner},
		{"a DomainError wrapped twice with %w", fmt.Errorf("get order: %w", fmt.Errorf("load: %w", inner)), inner},
		{"a DomainError in an error type with Unwrap", fmt.Errorf("get order: %w", zzeQuery{inner}), inner},
		{"a DomainError in errors.Join", errors.Join(errors.New(zzeCause), fmt.Errorf("get order: %w", inner)), inner},
		{"a DomainError in errors.Join, behind the end of a context", errors.Join(context.DeadlineExceeded, context.Canceled, inner), inner},
		{"a DomainError with another one as its cause", fmt.Errorf("create: %w", outer), outer},
		{"a DomainError whose cause is the end of a context", fmt.Errorf("create: %w", late), late},
	} {
		before := *c.want
		if got := zzeFrom(t, c.what, c.err); got != c.want {
			zzeFail(t, zzeFailure{"wrapped", "From does not return the outermost DomainError of the chain: " + c.what, fmt.Sprintf("%v %s", c.want.Code, c.want.Reason),
				fmt.Sprintf("%v %s", got.Code, got.Reason), "each layer wraps errors with what it was doing; the code that the use case has chosen must survive that"})
		}
		if *c.want != before {
			zzeFail(t, zzeFailure{"changed", "From changes " + c.what, fmt.Sprintf("%v %s: %s, Remote %v, the same Cause", before.Code, before.Reason, before.Message, before.Remote),
				fmt.Sprintf("%v %s: %s, Remote %v, the same Cause: %v", c.want.Code, c.want.Reason, c.want.Message, c.want.Remote, c.want.Cause == before.Cause),
				"a DomainError can be one variable for all requests; a change is seen by all of them"})
		}
	}
	for _, c := range []struct {
		what  string
		err   error
		code  errs.Code
		cause error
	}{
		{"a deadline that has passed", fmt.Errorf("query at %s: %w", zzeCause, context.DeadlineExceeded), errs.DeadlineExceeded, context.DeadlineExceeded},
		{"a caller that gave up", zzeQuery{fmt.Errorf("%s: %w", zzeCause, context.Canceled)}, errs.Canceled, context.Canceled},
		{"a deadline that has passed, in errors.Join", errors.Join(errors.New(zzeCause), fmt.Errorf("query: %w", context.DeadlineExceeded)), errs.DeadlineExceeded, context.DeadlineExceeded},
		{"a caller that gave up, in errors.Join", errors.Join(errors.New(zzeCause), context.Canceled), errs.Canceled, context.Canceled},
		{"an error that is no DomainError", errors.New(zzeCause), errs.Internal, nil},
		{"a wrapped error that is no DomainError", fmt.Errorf("get: %w", zzeQuery{errors.New(zzeCause)}), errs.Internal, nil},
	} {
		got := zzeFrom(t, c.what, c.err)
		if got.Code != c.code || got.Reason != c.code.String() {
			zzeFail(t, zzeFailure{"code", "From gives " + c.what + " the wrong code", fmt.Sprintf("%v, reason %s", c.code, c.code),
				fmt.Sprintf("%v, reason %s", got.Code, got.Reason), "after a timeout the work may have been done, and a client may repeat it with the same key; an internal error is a bug, which it may not repeat"})
		}
		if got.Message != c.code.Message() || strings.Contains(got.Message, "10.0.0.7") {
			zzeFail(t, zzeFailure{"shown", "the message for " + c.what + " is not the one of its code", c.code.Message(), got.Message,
				"clients read Message; the text of other errors has addresses, queries and names in it"})
		}
		if !errors.Is(got, c.err) || (c.cause != nil && !errors.Is(got, c.cause)) || !strings.Contains(got.Error(), zzeCause) {
			zzeFail(t, zzeFailure{"cause", "the DomainError for " + c.what + " has lost its cause", fmt.Sprintf("the text of %q and errors.Is", c.err), got.Error(),
				"its text is what the log gets, and callers ask errors.Is"})
		}
		if got.Remote {
			zzeFail(t, zzeFailure{"remote", "From marks " + c.what + " as the answer of another service", "Remote is false", "true", "Remote proves that the request arrived at another service"})
		}
	}
	if got := errs.From(nil); got != nil {
		zzeFail(t, zzeFailure{"nil", "From(nil) is an error", "nil", fmt.Sprintf("%+v", got), "a call that succeeded would be reported as failed"})
	}
}

func zzeFrom(t *testing.T, what string, err error) *errs.DomainError {
	t.Helper()
	got := errs.From(err)
	if got == nil {
		zzeFail(t, zzeFailure{"lost", "From returns nil for " + what, "a DomainError", "nil", "the client would get a success"})
	}
	return got
}
