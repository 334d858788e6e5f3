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
			zzeFail(t, zzeFailure{"status", "the status of a wrapped DomainError is wrong", fmt.Sprintf("%v: some message", row.grpc),
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
				"a use case that returns a bare error has said internal"})
		}
		zzeJudgeDetail(t, st, c.code, c.code.String())
		zzeJudgeError(t, c.err)
	}
	zzeForwarded(t)
	if st := grpcstatus.Of(nil); st.Code() != codes.OK {
		zzeFail(t, zzeFailure{"nil", "the status of nil is wrong", "OK, as a nil status has", st.Code().String(), "no error is a success"})
	}
	if err := grpcstatus.Error(nil); err != nil {
		zzeFail(t, zzeFailure{"nil", "Error(nil) is an error", "nil", fmt.Sprintf("%T", err), "a nil pointer in an interface is not nil"})
	}
	if st := grpcstatus.Of(errs.New(errs.Code(4711), "SOME_REASON", "some message")); st.Code() != codes.Internal {
		zzeFail(t, zzeFailure{"unknown", "a DomainError with a code that is not in the table", "Internal", st.Code().String(), "the zero value of a map is codes.OK: the failure would be sent as a success"})
	}
}

// zzeForwarded judges errors that come from gRPC or from another service.
func zzeForwarded(t *testing.T) {
	t.Helper()
	remote := &errs.DomainError{Code: errs.Conflict, Reason: "ALREADY_BOOKED", Message: "booked before", Cause: status.Error(codes.AlreadyExists, zzeCause), Remote: true}
	st := grpcstatus.Of(fmt.Errorf("deduct: %w", remote))
	if st.Code() != codes.AlreadyExists || st.Message() != "booked before" {
		zzeFail(t, zzeFailure{"forwarded", "the answer of another service is not passed on", "AlreadyExists: booked before", fmt.Sprintf("%v: %s", st.Code(), st.Message()),
			"a status in the chain of a DomainError is its cause, and causes are not sent"})
	}
	zzeJudgeDetail(t, st, errs.Conflict, "ALREADY_BOOKED")
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		err := fmt.Errorf("send: %w", status.Error(code, zzeCause))
		st := grpcstatus.Of(err)
		if st.Code() != code {
			zzeFail(t, zzeFailure{"grpc", "an error of gRPC itself gets another code", code.String(), st.Code().String(), "gRPC knows best what it could not do"})
		}
		if info := zzeInfo(st); info != nil {
			zzeFail(t, zzeFailure{"grpc", "an error of gRPC itself is sent with the detail of the shop", "no detail", info.String(),
				"the detail proves that a use case of the shop has decided; a saga takes it for a refusal and undoes what may have happened"})
		}
		zzeJudgeError(t, err)
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

// zzeJudgeError judges what gRPC and the log make of Error(err).
func zzeJudgeError(t *testing.T, err error) {
	t.Helper()
	if wire := grpcstatus.Of(err).Proto().String(); strings.Contains(wire, "10.0.0.7") {
		zzeFail(t, zzeFailure{"shown", "the cause of an error is sent to the client", "no address", wire, "causes have addresses, queries and names of tables in them"})
	}
	mapped := grpcstatus.Error(err)
	if mapped == nil {
		zzeFail(t, zzeFailure{"nil", "Error returns nil for an error", "an error", "nil", "the client would get a success"})
	}
	// This is how a server of gRPC reads the error of a handler.
	st, _ := status.FromError(mapped)
	if want := grpcstatus.Of(err); st.Code() != want.Code() || st.Message() != want.Message() || len(st.Details()) != len(want.Details()) {
		zzeFail(t, zzeFailure{"sent", "gRPC sends another status for Error(err) than Of(err) has", want.Proto().String(), st.Proto().String(),
			"gRPC asks the error itself for GRPCStatus; if it only wraps one that has the method, gRPC sends the text of the wrapping error"})
	}
	if !errors.Is(mapped, err) || !strings.Contains(mapped.Error(), err.Error()) {
		zzeFail(t, zzeFailure{"chain", "Error(err) has lost the chain of err", fmt.Sprintf("errors.Is, and the text %q", err), fmt.Sprintf("%q", mapped),
			"the interceptor that logs stands outside and has nothing but this error"})
	}
}
