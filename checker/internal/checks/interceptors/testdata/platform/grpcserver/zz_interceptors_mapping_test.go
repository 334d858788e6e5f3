package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

func TestZZInterceptorsMapping(t *testing.T) {
	s := zziStart(t, nil)
	type answer struct {
		err     error
		code    codes.Code
		reason  string
		message string
		what    string
	}
	answers := []answer{
		{errors.New(zziCause), codes.Internal, "INTERNAL", errs.Internal.Message(), "an error that is no DomainError"},
		{fmt.Errorf("query: %s: %w", zziCause, context.DeadlineExceeded), codes.DeadlineExceeded, "DEADLINE_EXCEEDED", errs.DeadlineExceeded.Message(), "a deadline that has passed"},
		{fmt.Errorf("query: %s: %w", zziCause, context.Canceled), codes.Canceled, "CANCELED", errs.Canceled.Message(), "a context that was canceled"},
		{errors.Join(errors.New(zziCause), errs.New(errs.NotFound, "SOME_REASON", "some message")), codes.NotFound, "SOME_REASON", "some message", "a DomainError in errors.Join"},
		{fmt.Errorf("reserve: %w", errs.Wrap(status.Error(codes.Unavailable, zziCause), errs.Precondition, "SOME_REASON", "some message")), codes.FailedPrecondition, "SOME_REASON",
			"some message", "a DomainError whose cause is the status of another service"},
		{fmt.Errorf("send: %w", status.Error(codes.Unavailable, zziCause)), codes.Unavailable, "", errs.Unavailable.Message(), "a status of gRPC itself"},
	}
	for _, code := range slices.Sorted(maps.Keys(zziCodes)) {
		answers = append(answers, answer{zziError(code), zziCodes[code], "SOME_REASON", "some message", "a wrapped DomainError with the code " + code.String()})
	}
	for _, method := range zziMethods("Open") {
		for _, a := range answers {
			c := s.do(zziCall{method: method, do: func(context.Context) error { return a.err }})
			s.crash(c)
			if got := c.status; got.Code() != a.code || c.reason() != a.reason || got.Message() != a.message {
				id := "answer"
				if strings.Contains(c.wire(), zziCause) {
					id = "shown"
				}
				zziFail(t, zziFailure{id, fmt.Sprintf("a %s whose handler returns %s is answered wrongly", c.kind(), a.what),
					fmt.Sprintf("%v, reason %q, message %q", a.code, a.reason, a.message),
					fmt.Sprintf("%v, reason %q, message %q", got.Code(), c.reason(), got.Message()),
					"a client gets code, reason and message of the DomainError in the chain, and nothing else of it"})
			}
			if strings.Contains(c.wire(), "10.0.0.7") {
				zziFail(t, zziFailure{"shown", fmt.Sprintf("the cause of %s is sent to the client of a %s", a.what, c.kind()), "no address", c.wire(),
					"causes have addresses, queries and names of tables in them"})
			}
			if c.returned == nil || !strings.Contains(c.returned.Error(), zziCause) && a.err.Error() != "" && strings.Contains(a.err.Error(), zziCause) {
				zziFail(t, zziFailure{"chain", fmt.Sprintf("after mapping, the error of a %s has lost its cause", c.kind()), fmt.Sprintf("an error with the text %q", a.err),
					fmt.Sprintf("the error %q", fmt.Sprint(c.returned)), "the log line is written outside of the mapping, from this error"})
			}
			if !errors.Is(c.returned, a.err) {
				zziFail(t, zziFailure{"chain", fmt.Sprintf("after mapping, errors.Is does not find the error of a %s any more", c.kind()), "true", "false",
					"the mapped error wraps the original one, so that the interceptors outside can still ask for it"})
			}
		}
		if c := s.do(zziCall{method: method}); c.status.Code() != codes.OK || c.returned != nil {
			zziFail(t, zziFailure{"success", "a " + c.kind() + " that succeeds is answered with an error", "OK", fmt.Sprintf("%v: %v", c.status.Code(), c.returned),
				"a nil pointer in an interface is not nil"})
		}
	}
}
