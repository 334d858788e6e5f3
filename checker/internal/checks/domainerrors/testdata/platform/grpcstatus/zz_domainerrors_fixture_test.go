// Hidden checks of the lesson on errors. They use only names that the lesson gives.
package grpcstatus_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"shop/platform/errs"
)

const zzeCause = "dial tcp 10.0.0.7:5432: refused"

type zzeFailure struct{ id, sentence, expected, seen, why string }

func zzeFail(t *testing.T, f zzeFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzeTable is the table of the lesson.
var zzeTable = []struct {
	code errs.Code
	grpc codes.Code
}{
	{errs.NotFound, codes.NotFound}, {errs.InvalidInput, codes.InvalidArgument}, {errs.Precondition, codes.FailedPrecondition},
	{errs.Unauthorized, codes.Unauthenticated}, {errs.Forbidden, codes.PermissionDenied}, {errs.Conflict, codes.AlreadyExists},
	{errs.RateLimited, codes.ResourceExhausted}, {errs.AlreadyExists, codes.AlreadyExists}, {errs.Aborted, codes.Aborted},
	{errs.Canceled, codes.Canceled}, {errs.Internal, codes.Internal}, {errs.Unavailable, codes.Unavailable},
	{errs.DeadlineExceeded, codes.DeadlineExceeded},
}

// zzeShopCode is the table from right to left.
func zzeShopCode(code codes.Code) errs.Code {
	switch code {
	case codes.AlreadyExists:
		return errs.AlreadyExists
	case codes.OutOfRange:
		return errs.InvalidInput
	}
	for _, row := range zzeTable {
		if row.grpc == code {
			return row.code
		}
	}
	return errs.Internal
}

// zzeInfo returns the detail of the shop, or nil.
func zzeInfo(st *status.Status) *errdetails.ErrorInfo {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	return nil
}

// zzeSame reports whether a client gets the same of both.
func zzeSame(a, b *status.Status) bool {
	if a.Code() != b.Code() || a.Message() != b.Message() || len(a.Details()) != len(b.Details()) {
		return false
	}
	for i := range a.Details() {
		x, _ := a.Details()[i].(proto.Message)
		y, _ := b.Details()[i].(proto.Message)
		if !proto.Equal(x, y) {
			return false
		}
	}
	return true
}

// zzeSent is the status as another build of the shop sends it.
func zzeSent(t *testing.T, c codes.Code, message, domain, reason, code string) error {
	t.Helper()
	st, err := status.New(c, message).WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: domain, Metadata: map[string]string{"code": code}})
	if err != nil {
		t.Fatal(err)
	}
	return st.Err()
}
