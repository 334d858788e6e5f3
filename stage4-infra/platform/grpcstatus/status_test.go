package grpcstatus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

var everyCode = []errs.Code{
	errs.NotFound, errs.InvalidInput, errs.Precondition, errs.Unauthorized, errs.Forbidden, errs.Conflict, errs.RateLimited,
	errs.AlreadyExists, errs.Aborted, errs.Canceled, errs.Internal, errs.Unavailable, errs.DeadlineExceeded,
}

func TestParse_EveryCode_SurvivesTheWire(t *testing.T) {
	t.Parallel()
	for _, code := range everyCode {
		sent := errs.Wrap(errors.New("secret"), code, "SOME_REASON", "some message")

		err := grpcstatus.Parse(grpcstatus.Of(sent).Err())

		got := errs.From(err)
		assert.Equal(t, sent.Code, got.Code)
		assert.Equal(t, sent.Reason, got.Reason)
		assert.Equal(t, sent.Message, got.Message)
		assert.NotContains(t, got.Error(), "secret")
		refused := slices.Contains([]errs.Code{errs.Precondition, errs.NotFound, errs.InvalidInput}, code)
		assert.Equal(t, refused, errs.Refused(fmt.Errorf("deduct: %w", err)), "%v", code)
	}
}

func TestOf_ForeignError_HidesItsText(t *testing.T) {
	t.Parallel()
	st := grpcstatus.Of(fmt.Errorf("query: %w", errors.New(`pq: password authentication failed for user "order"`)))

	assert.Equal(t, codes.Internal, st.Code())
	assert.NotContains(t, st.Proto().String(), "password")
}

func TestOf_ErrorMappedBefore_KeepsItsReason(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{context.DeadlineExceeded, errs.New(errs.Conflict, "SOME_REASON", "some message")} {
		first := grpcstatus.Error(fmt.Errorf("query: %w", cause))

		assert.Equal(t, grpcstatus.Of(first).Proto().String(), grpcstatus.Of(fmt.Errorf("call: %w", grpcstatus.Error(first))).Proto().String())
		assert.Equal(t, errs.From(cause).Reason, errs.From(grpcstatus.Parse(grpcstatus.Error(first))).Reason)
	}
}

func TestOf_DomainErrorAroundMappedError_Decides(t *testing.T) {
	t.Parallel()
	mapped := grpcstatus.Error(context.Canceled)

	st := grpcstatus.Of(errs.Wrap(mapped, errs.Unavailable, "SHUTTING_DOWN", "open the stream again"))

	assert.Equal(t, codes.Unavailable, st.Code())
}

func TestOf_EndOfContext_KeepsItsStatus(t *testing.T) {
	t.Parallel()
	assert.Equal(t, codes.DeadlineExceeded, grpcstatus.Of(fmt.Errorf("query: %w", context.DeadlineExceeded)).Code())
	assert.Equal(t, codes.Canceled, grpcstatus.Of(fmt.Errorf("query: %w", context.Canceled)).Code())
}

// A status without the shop's detail can come from a proxy or from another build, and its text can name an address.
func TestParse_BareStatus_HidesItsTextAndProvesNothing(t *testing.T) {
	t.Parallel()
	const text = `connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.7:9001: connect: connection refused"`
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		err := grpcstatus.Parse(status.Error(code, text))

		got := errs.From(fmt.Errorf("get stock: %w", err))
		assert.NotContains(t, got.Message, "10.0.0.7", "%v", code)
		assert.NotEmpty(t, got.Message, "%v", code)
		assert.Contains(t, err.Error(), "10.0.0.7", "the log needs the address")
		assert.Equal(t, code, status.Code(err))
		assert.False(t, errs.Refused(err), "%v", code)
	}
}

func TestParse_Outage_IsNotAborted(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]errs.Code{
		codes.Unavailable: errs.Unavailable, codes.DeadlineExceeded: errs.DeadlineExceeded, codes.Canceled: errs.Canceled,
	} {
		got := errs.From(grpcstatus.Parse(status.Error(code, "x")))

		assert.Equal(t, want, got.Code)
		assert.Equal(t, want.String(), got.Reason)
	}
}

func TestOf_BareStatus_KeepsCodeWithoutText(t *testing.T) {
	t.Parallel()
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		st := grpcstatus.Of(fmt.Errorf("send: %w", status.Error(code, "connection to 10.0.0.7 is closing")))

		assert.Equal(t, code, st.Code())
		assert.NotContains(t, st.Proto().String(), "10.0.0.7")
		assert.False(t, errs.Refused(grpcstatus.Parse(st.Err())), "%v", code)
	}
}
