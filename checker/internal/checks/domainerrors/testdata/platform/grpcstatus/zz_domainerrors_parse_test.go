package grpcstatus_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

func TestZZDomainErrorsParse(t *testing.T) {
	for _, row := range zzeTable {
		sent := zzeSent(t, row.grpc, "some message", "stagecraft", "SOME_REASON", fmt.Sprint(int(row.code)))
		zzeJudgeAnswer(t, "shop", "an answer of another service of the shop", sent, row.code)
	}
	for code := codes.Canceled; code <= codes.Unauthenticated+1; code++ {
		zzeJudgeBare(t, "a status without detail", status.Error(code, zzeCause), zzeShopCode(code))
		zzeJudgeBare(t, "a status with the detail of another domain", zzeSent(t, code, zzeCause, "googleapis.com", "API_DISABLED", "1003"), zzeShopCode(code))
	}
	// A newer build may send a code that this one does not know.
	for _, code := range []string{"1999", "0", "", "PRECONDITION_FAILED"} {
		sent := zzeSent(t, codes.FailedPrecondition, "some message", "stagecraft", "SOME_REASON", code)
		zzeJudgeAnswer(t, "newer", fmt.Sprintf("an answer of the shop with the code %q, which this build does not know,", code), sent, errs.Precondition)
	}
	zzeJudgeAnswer(t, "second", "an answer of the shop whose detail is one of several", zzeBehind(t), errs.Conflict)
	for _, err := range []error{nil, io.EOF, errors.New("no status")} {
		if got := grpcstatus.Parse(err); got != err {
			zzeFail(t, zzeFailure{"other", fmt.Sprintf("Parse changes %v, which is no status", err), fmt.Sprint(err), fmt.Sprint(got), "io.EOF is how a stream ends, and nil is a success"})
		}
	}
}

// zzeBehind is an answer of the shop to which proxies have added details of their own.
func zzeBehind(t *testing.T) error {
	t.Helper()
	st, err := status.New(codes.AlreadyExists, "some message").WithDetails(
		&errdetails.RequestInfo{RequestId: "7"},
		&errdetails.ErrorInfo{Reason: "VIA_PROXY", Domain: "proxy.example", Metadata: map[string]string{"code": "1001"}},
		&errdetails.ErrorInfo{Reason: "SOME_REASON", Domain: "stagecraft", Metadata: map[string]string{"code": "1006"}},
		&errdetails.ErrorInfo{Reason: "VIA_GATEWAY", Domain: "gateway.example", Metadata: map[string]string{"code": "1002"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return st.Err()
}

// zzeJudgeAnswer judges an answer with the reason SOME_REASON and the message "some message".
func zzeJudgeAnswer(t *testing.T, id, what string, sent error, want errs.Code) {
	t.Helper()
	got := zzeParsed(t, what, sent)
	if got.Code != want || got.Reason != "SOME_REASON" || got.Message != "some message" {
		zzeFail(t, zzeFailure{id, what + " is read wrongly", fmt.Sprintf("%v (%d), reason SOME_REASON, message some message", want, int(want)),
			fmt.Sprintf("%v (%d), reason %s, message %s", got.Code, int(got.Code), got.Reason, got.Message), "an error keeps code, reason and message through any number of services, of which some may be newer builds"})
	}
	if !got.Remote {
		zzeFail(t, zzeFailure{"remote", what + " is not marked as Remote", "Remote is true", "false", "Remote proves that the request arrived: a saga undoes its steps after such a refusal and after no other error"})
	}
}

// zzeJudgeBare judges a status that no service of the shop has sent.
func zzeJudgeBare(t *testing.T, what string, sent error, want errs.Code) {
	t.Helper()
	got := zzeParsed(t, what, sent)
	if got.Remote || errs.Refused(got) {
		zzeFail(t, zzeFailure{"proof", what + " and the code " + status.Code(sent).String() + " counts as an answer of the shop", "Remote is false", "true",
			"a proxy that answers NotFound has not asked the service; the work may have been done by an earlier attempt"})
	}
	if got.Code != want || got.Reason != want.String() || got.Message != want.Message() {
		zzeFail(t, zzeFailure{"bare", what + " and the code " + status.Code(sent).String() + " is read wrongly", fmt.Sprintf("%v, reason %s, message %s", want, want, want.Message()),
			fmt.Sprintf("%v, reason %s, message %s", got.Code, got.Reason, got.Message), "its text comes from the transport or a proxy and has addresses in it; it belongs in the log"})
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
		zzeFail(t, zzeFailure{"cause", "the status of " + what + " is lost: the DomainError does not wrap it", "errors.Is, and the same status.Code", fmt.Sprintf("%q, %v", parsed, status.Code(parsed)),
			"the text of the transport is the cause that the log needs"})
	}
	return got
}
