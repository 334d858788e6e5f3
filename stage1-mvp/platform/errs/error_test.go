package errs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"stagecraft/stage1-mvp/platform/errs"
)

var everyCode = []errs.Code{
	errs.NotFound, errs.InvalidInput, errs.Precondition, errs.Unauthorized, errs.Forbidden, errs.Conflict, errs.RateLimited,
	errs.AlreadyExists, errs.Aborted, errs.Internal,
}

func TestFromSeesThroughWraps(t *testing.T) {
	t.Parallel()
	inner := errs.New(errs.NotFound, "ORDER_NOT_FOUND", "order %d not found", 7)

	got := errs.From(fmt.Errorf("get order: %w", fmt.Errorf("query: %w", inner)))

	assert.Same(t, inner, got)
}

func TestForeignErrorsAreInternalAndTellTheClientNothing(t *testing.T) {
	t.Parallel()
	cause := errors.New(`pq: password authentication failed for user "order"`)

	st := errs.ToStatus(fmt.Errorf("query: %w", cause))

	assert.Equal(t, codes.Internal, st.Code())
	assert.False(t, strings.Contains(st.Proto().String(), "password"), "the cause leaks: %v", st.Proto())
	assert.ErrorIs(t, errs.From(cause), cause)
}

func TestEveryCodeSurvivesTheWire(t *testing.T) {
	t.Parallel()
	for _, code := range everyCode {
		sent := errs.Wrap(errors.New("secret"), code, "SOME_REASON", "some message")

		got := errs.From(errs.FromStatus(errs.ToStatus(sent).Err()))

		assert.Equal(t, sent.Code, got.Code)
		assert.Equal(t, sent.Reason, got.Reason)
		assert.Equal(t, sent.Message, got.Message)
		assert.NotContains(t, got.Error(), "secret")
	}
}

func TestOnlyBusinessAnswersAreRefusals(t *testing.T) {
	t.Parallel()
	refused := []errs.Code{errs.Precondition, errs.NotFound, errs.InvalidInput}
	for _, code := range everyCode {
		err := errs.FromStatus(errs.ToGRPC(errs.New(code, "SOME_REASON", "some message")))
		assert.Equal(t, slices.Contains(refused, code), errs.Refused(fmt.Errorf("deduct: %w", err)), "code %v", code)
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		err := errs.FromStatus(status.Error(code, "x"))
		assert.False(t, errs.Refused(err), "a bare %v can be anybody's, and proves nothing", code)
	}
	assert.False(t, errs.Refused(context.DeadlineExceeded))
}

func TestTheTransportsWordsAreForTheLogAlone(t *testing.T) {
	t.Parallel()
	const words = `connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.7:9001: connect: connection refused"`
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		err := errs.FromStatus(status.Error(code, words))

		got := errs.From(fmt.Errorf("get stock: %w", err))
		assert.NotContains(t, got.Message, "10.0.0.7", "code %v", code)
		assert.NotEmpty(t, got.Message, "code %v", code)
		assert.Contains(t, err.Error(), "10.0.0.7", "the log needs what the client must not see")
		assert.Equal(t, code, status.Code(err))
	}
}

func TestAnExpiredDeadlineKeepsItsStatus(t *testing.T) {
	t.Parallel()
	assert.Equal(t, codes.DeadlineExceeded, errs.ToStatus(fmt.Errorf("query: %w", context.DeadlineExceeded)).Code())
}

func TestWhatGRPCSaysKeepsItsCodeAndNotItsWords(t *testing.T) {
	t.Parallel()
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		st := errs.ToStatus(fmt.Errorf("send: %w", status.Error(code, "connection to 10.0.0.7 is closing")))

		assert.Equal(t, code, st.Code(), "a client that hung up is no failure of ours")
		assert.NotContains(t, st.Proto().String(), "10.0.0.7")
		assert.False(t, errs.Refused(errs.FromStatus(st.Err())), "a bare %v proves nothing on the other side", code)
	}
}
