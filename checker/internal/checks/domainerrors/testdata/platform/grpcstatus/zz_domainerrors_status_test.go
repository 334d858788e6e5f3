package grpcstatus_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

func TestZZDomainErrorsStatus(t *testing.T) {
	for _, row := range zzeTable {
		err := fmt.Errorf("get: %w", errs.Wrap(fmt.Errorf("query: %w", errors.New(zzeCause)), row.code, "SOME_REASON", "some message"))
		st := grpcstatus.Of(err)
		if st.Code() != row.grpc || st.Message() != "some message" {
			zzeFail(t, zzeFailure{"status", fmt.Sprintf("the status of a wrapped DomainError with the code %v is wrong", row.code), fmt.Sprintf("%v: some message", row.grpc),
				fmt.Sprintf("%v: %s", st.Code(), st.Message()), "the code of the DomainError decides, and Message is what a client may read"})
		}
		zzeJudgeDetail(t, st, row.code, "SOME_REASON")
		zzeJudgeError(t, err)
	}
	for _, c := range []struct {
		what string
		err  error
		code errs.Code
		grpc codes.Code
	}{
		{"an error that is no DomainError", fmt.Errorf("get: %w", errors.New(zzeCause)), errs.Internal, codes.Internal},
		{"a deadline that has passed", fmt.Errorf("query at %s: %w", zzeCause, context.DeadlineExceeded), errs.DeadlineExceeded, codes.DeadlineExceeded},
		{"a caller that gave up", fmt.Errorf("query at %s: %w", zzeCause, context.Canceled), errs.Canceled, codes.Canceled},
	} {
		st := grpcstatus.Of(c.err)
		if st.Code() != c.grpc || st.Message() != c.code.Message() {
			zzeFail(t, zzeFailure{"plain", "the status of " + c.what + " is wrong", fmt.Sprintf("%v: %s", c.grpc, c.code.Message()), fmt.Sprintf("%v: %s", st.Code(), st.Message()),
				"errs.From says which code, reason and message such an error has"})
		}
		zzeJudgeDetail(t, st, c.code, c.code.String())
		zzeJudgeError(t, c.err)
	}
	zzeForwarded(t)
	zzeOfGRPC(t)
	zzeNoError(t)
	if st := grpcstatus.Of(errs.New(errs.Code(4711), "SOME_REASON", "some message")); st.Code() != codes.Internal {
		zzeFail(t, zzeFailure{"unknown", "the status of a DomainError with a code that is not in the table is wrong", "Internal", st.Code().String(),
			"the zero value of a map is codes.OK: the failure would be sent as a success"})
	}
}

// zzeForwarded judges answers of other services that a use case returns.
func zzeForwarded(t *testing.T) {
	t.Helper()
	answer := zzeSent(t, codes.AlreadyExists, "booked before", "stagecraft", "ALREADY_BOOKED", "1006")
	remote := &errs.DomainError{Code: errs.Conflict, Reason: "ALREADY_BOOKED", Message: "booked before", Cause: answer, Remote: true}
	bare := &errs.DomainError{Code: errs.Unavailable, Reason: "UNAVAILABLE", Message: errs.Unavailable.Message(), Cause: status.Error(codes.Unavailable, zzeCause)}
	for _, c := range []struct {
		what    string
		err     error
		grpc    codes.Code
		code    errs.Code
		reason  string
		message string
	}{
		{"an answer of another service, wrapped", fmt.Errorf("deduct: %w", remote), codes.AlreadyExists, errs.Conflict, "ALREADY_BOOKED", "booked before"},
		{"an answer of another service, from which the use case made an error of its own", fmt.Errorf("buy: %w", errs.Wrap(remote, errs.Aborted, "IN_PROGRESS", "repeat the request")),
			codes.Aborted, errs.Aborted, "IN_PROGRESS", "repeat the request"},
		{"an answer of another service, in errors.Join behind a status", errors.Join(status.Error(codes.Unavailable, zzeCause), remote), codes.AlreadyExists, errs.Conflict, "ALREADY_BOOKED", "booked before"},
		{"a call that did not reach the other service, wrapped", fmt.Errorf("deduct: %w", bare), codes.Unavailable, errs.Unavailable, "UNAVAILABLE", errs.Unavailable.Message()},
	} {
		st := grpcstatus.Of(c.err)
		if st.Code() != c.grpc || st.Message() != c.message {
			zzeFail(t, zzeFailure{"forwarded", "the status of " + c.what + " is wrong", fmt.Sprintf("%v: %s", c.grpc, c.message), fmt.Sprintf("%v: %s", st.Code(), st.Message()),
				"the outermost DomainError decides; a status below it is its cause"})
		}
		zzeJudgeDetail(t, st, c.code, c.reason)
		zzeJudgeError(t, c.err)
	}
}

// zzeOfGRPC judges errors of gRPC itself: a status in the chain and no DomainError.
func zzeOfGRPC(t *testing.T) {
	t.Helper()
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		want := zzeShopCode(code)
		for _, c := range []struct {
			what string
			err  error
		}{
			{"an error of gRPC itself", status.Error(code, zzeCause)},
			{"a wrapped error of gRPC itself", fmt.Errorf("send: %w", status.Error(code, zzeCause))},
			{"an error of gRPC itself with a detail", zzeSent(t, code, zzeCause, "googleapis.com", "API_DISABLED", "1003")},
		} {
			what, err := c.what, c.err
			zzeJudgeError(t, err)
			st := grpcstatus.Of(err)
			if st.Code() != code || st.Message() != want.Message() {
				zzeFail(t, zzeFailure{"grpc", "the status of " + what + " is wrong", fmt.Sprintf("%v: %s", code, want.Message()), fmt.Sprintf("%v: %s", st.Code(), st.Message()),
					"the code says what gRPC could not do, such as Unavailable; its text is for the log"})
			}
			if details := st.Details(); len(details) > 0 {
				zzeFail(t, zzeFailure{"grpc", what + " is sent with a detail", "no detail", fmt.Sprint(details),
					"the detail of the shop proves that a use case of the shop has decided; a saga would take it for a refusal and undo work that may have been done"})
			}
		}
	}
}

// zzeNoError judges nil.
func zzeNoError(t *testing.T) {
	t.Helper()
	if st := grpcstatus.Of(nil); st.Code() != codes.OK {
		zzeFail(t, zzeFailure{"nil", "the status of nil is wrong", "nil", st.Code().String(), "a call without an error has succeeded"})
	}
	if err := grpcstatus.Error(nil); err != nil {
		zzeFail(t, zzeFailure{"nil", "Error(nil) is an error", "nil", fmt.Sprintf("%T", err), "a nil pointer in an interface is not nil"})
	}
}

// zzeJudgeDetail judges the detail that carries the exact code.
func zzeJudgeDetail(t *testing.T, st *status.Status, code errs.Code, reason string) {
	t.Helper()
	info := zzeInfo(st)
	want := fmt.Sprintf("reason %s, domain stagecraft, code %d", reason, int(code))
	seen := "no ErrorInfo"
	if info != nil {
		seen = fmt.Sprintf("reason %s, domain %s, code %s", info.GetReason(), info.GetDomain(), info.GetMetadata()["code"])
	}
	if seen != want {
		zzeFail(t, zzeFailure{"detail", "the detail of the status is wrong", want, seen, "two codes of the shop share one of gRPC, and a program decides by the reason"})
	}
}

// zzeJudgeError judges what gRPC and the log get from Error(err).
func zzeJudgeError(t *testing.T, err error) {
	t.Helper()
	sent := grpcstatus.Of(err)
	if wire := sent.Proto().String(); strings.Contains(wire, "10.0.0.7") {
		zzeFail(t, zzeFailure{"shown", fmt.Sprintf("the cause of the error %q is sent to the client", err), "no address", wire, "causes have addresses, queries and names of tables in them"})
	}
	mapped := grpcstatus.Error(err)
	if mapped == nil {
		zzeFail(t, zzeFailure{"nil", "Error returns nil for an error", "an error", "nil", "the client would get a success"})
	}
	zzeJudgeMapped(t, "err", err, mapped, sent)
	for _, c := range []struct {
		what string
		err  error
	}{
		{"an error that Error has mapped before", mapped},
		{"an error that Error has mapped before, wrapped", fmt.Errorf("call: %w", mapped)},
		{"an error that Error has mapped twice before", grpcstatus.Error(mapped)},
	} {
		what, again := c.what, c.err
		if st := grpcstatus.Of(again); !zzeSame(st, sent) {
			zzeFail(t, zzeFailure{"again", "the status of " + what + " is another one", sent.Proto().String(), st.Proto().String(),
				"an interceptor maps its own refusals, and the one around it maps all errors: the client must not notice how many of them there are"})
		}
		zzeJudgeMapped(t, what, again, grpcstatus.Error(again), sent)
	}
}

// zzeJudgeMapped judges what gRPC and the log get from mapped, which is Error(err).
func zzeJudgeMapped(t *testing.T, what string, err, mapped error, sent *status.Status) {
	t.Helper()
	// This is how a server of gRPC reads the error of a handler.
	if st, _ := status.FromError(mapped); !zzeSame(st, sent) {
		zzeFail(t, zzeFailure{"sent", "of Error of " + what + " gRPC sends another status than Of returns", sent.Proto().String(), st.Proto().String(),
			"gRPC asks the error itself for GRPCStatus; of an error that only wraps one with this method, gRPC sends the text as well"})
	}
	if !strings.Contains(mapped.Error(), err.Error()) {
		zzeFail(t, zzeFailure{"chain", "Error of " + what + " has lost the text", fmt.Sprintf("an error with the text %q", err), fmt.Sprintf("%q", mapped),
			"the interceptor that logs is outside of the mapping and gets this error alone"})
	}
	var before, after *errs.DomainError
	errors.As(err, &before)
	errors.As(mapped, &after)
	if !errors.Is(mapped, err) || before != after {
		zzeFail(t, zzeFailure{"chain", "Error of " + what + " has lost the chain", "errors.Is finds the error in it, and errors.As its DomainError",
			fmt.Sprintf("errors.Is: %v, errors.As: %v", errors.Is(mapped, err), after), "the interceptors outside of the mapping ask this error what happened"})
	}
}
