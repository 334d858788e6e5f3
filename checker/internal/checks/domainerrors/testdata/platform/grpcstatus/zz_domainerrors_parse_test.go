package grpcstatus_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

func TestZZDomainErrorsParse(t *testing.T) {
	for _, row := range zzeTable {
		sent := zzeSent(t, row.grpc, "some message", "stagecraft", "SOME_REASON", fmt.Sprint(int(row.code)))
		got := zzeParsed(t, "an answer with the detail of the shop", sent)
		if got.Code != row.code || got.Reason != "SOME_REASON" || got.Message != "some message" {
			zzeFail(t, zzeFailure{"shop", "an answer of another service of the shop is read wrongly", fmt.Sprintf("%v SOME_REASON: some message", row.code),
				fmt.Sprintf("%v %s: %s", got.Code, got.Reason, got.Message), "an error keeps code, reason and message over any number of services"})
		}
		if !got.Remote {
			zzeFail(t, zzeFailure{"remote", "an answer with the detail of the shop is not marked as Remote", "Remote is true", "false", "it proves that the request arrived: sagas undo after it and after nothing else"})
		}
	}
	for code, want := range map[codes.Code]errs.Code{
		codes.NotFound: errs.NotFound, codes.InvalidArgument: errs.InvalidInput, codes.OutOfRange: errs.InvalidInput, codes.FailedPrecondition: errs.Precondition,
		codes.Unauthenticated: errs.Unauthorized, codes.PermissionDenied: errs.Forbidden, codes.AlreadyExists: errs.AlreadyExists,
		codes.ResourceExhausted: errs.RateLimited, codes.Aborted: errs.Aborted, codes.Canceled: errs.Canceled, codes.Unavailable: errs.Unavailable,
		codes.DeadlineExceeded: errs.DeadlineExceeded, codes.Internal: errs.Internal, codes.Unknown: errs.Internal, codes.DataLoss: errs.Internal,
		codes.Unimplemented: errs.Internal,
	} {
		for what, sent := range map[string]error{
			"a status without detail":             status.Error(code, zzeCause),
			"a status with a detail of no shop":   zzeSent(t, code, zzeCause, "googleapis.com", "API_DISABLED", "1003"),
			"a wrapped status without detail, as": fmt.Errorf("get stock: %w", status.Error(code, zzeCause)),
		} {
			got := zzeParsed(t, what, sent)
			if got.Code != want || got.Reason != want.String() || got.Message != want.Message() || strings.Contains(got.Message, "10.0.0.7") {
				zzeFail(t, zzeFailure{"bare", what + " with the code " + code.String() + " is read wrongly", fmt.Sprintf("%v %s: %s", want, want, want.Message()),
					fmt.Sprintf("%v %s: %s", got.Code, got.Reason, got.Message), "its text comes from the transport or from a proxy and names addresses; it belongs in the log"})
			}
			if got.Remote || errs.Refused(got) {
				zzeFail(t, zzeFailure{"proof", what + " counts as an answer of a service of the shop", "Remote is false", "true",
					"a proxy that answers NotFound has not asked the service; after such an answer the work may have been done"})
			}
		}
	}
	// A newer build may send a code that this one does not know.
	got := zzeParsed(t, "an answer with an unknown code of the shop", zzeSent(t, codes.FailedPrecondition, "some message", "stagecraft", "SOME_REASON", "1999"))
	if got.Code != errs.Precondition || got.Reason != "SOME_REASON" {
		zzeFail(t, zzeFailure{"newer", "an answer with a code that this build does not know is read wrongly", "PRECONDITION_FAILED SOME_REASON, by the code of gRPC", fmt.Sprintf("%v %s", got.Code, got.Reason),
			"services are deployed one after the other; an old one must understand a new one as well as it can"})
	}
	for _, err := range []error{nil, io.EOF, errors.New("no status")} {
		if got := grpcstatus.Parse(err); got != err {
			zzeFail(t, zzeFailure{"other", fmt.Sprintf("Parse changes %v, which is no status", err), fmt.Sprint(err), fmt.Sprint(got), "io.EOF is how a stream ends, and nil is a success"})
		}
	}
}

// zzeParsed parses an error and judges what holds for each.
func zzeParsed(t *testing.T, what string, sent error) *errs.DomainError {
	t.Helper()
	parsed := grpcstatus.Parse(sent)
	var got *errs.DomainError
	if !errors.As(parsed, &got) {
		zzeFail(t, zzeFailure{"kind", what + " does not become a DomainError", "*errs.DomainError", fmt.Sprintf("%T", parsed), "use cases decide by code and reason"})
	}
	if !errors.Is(parsed, sent) || status.Code(parsed) != status.Code(sent) {
		zzeFail(t, zzeFailure{"cause", what + " is lost: the DomainError does not wrap it", "errors.Is, and the same status.Code", fmt.Sprintf("%q, %v", parsed, status.Code(parsed)),
			"the text of the transport is the cause that the log needs"})
	}
	return got
}
