package errs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/errs"
)

func TestFrom_WrappedDomainError_ReturnsIt(t *testing.T) {
	t.Parallel()
	inner := errs.New(errs.NotFound, "ORDER_NOT_FOUND", "order %d not found", 7)

	got := errs.From(fmt.Errorf("get order: %w", fmt.Errorf("query: %w", inner)))

	assert.Same(t, inner, got)
}

func TestFrom_OtherError_HidesItsText(t *testing.T) {
	t.Parallel()
	for code, cause := range map[errs.Code]error{
		errs.Internal:         errors.New("password authentication failed"),
		errs.DeadlineExceeded: context.DeadlineExceeded,
		errs.Canceled:         context.Canceled,
	} {
		got := errs.From(fmt.Errorf("query: %w", cause))

		assert.Equal(t, code, got.Code)
		assert.Equal(t, code.String(), got.Reason)
		assert.Equal(t, code.Message(), got.Message)
		assert.ErrorIs(t, got, cause, "the log needs the cause")
	}
}

func TestRefused_OnlyRemoteBusinessErrors(t *testing.T) {
	t.Parallel()
	refusal := func(code errs.Code) error {
		return &errs.DomainError{Code: code, Reason: "SOME_REASON", Message: "some message", Remote: true}
	}
	for _, code := range []errs.Code{errs.Precondition, errs.NotFound, errs.InvalidInput} {
		assert.True(t, errs.Refused(fmt.Errorf("deduct: %w", refusal(code))), "%v", code)
		assert.True(t, errs.Refused(errs.Wrap(refusal(code), errs.Internal, "WRAPPED", "wrapped")), "%v below another error", code)
		assert.False(t, errs.Refused(errs.New(code, "SOME_REASON", "some message")), "%v of this service", code)
	}
	for _, code := range []errs.Code{
		errs.Unauthorized, errs.Forbidden, errs.Conflict, errs.RateLimited, errs.AlreadyExists, errs.Aborted, errs.Canceled, errs.Internal,
		errs.Unavailable, errs.DeadlineExceeded,
	} {
		assert.False(t, errs.Refused(refusal(code)), "%v", code)
	}
	assert.False(t, errs.Refused(context.DeadlineExceeded))
	assert.False(t, errs.Refused(nil))
}
