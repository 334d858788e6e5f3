package messaging_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/errs"
	"shop/platform/messaging"
)

func TestIsPermanent_OnlyWhatNoRepetitionChanges(t *testing.T) {
	t.Parallel()
	refused := func(code errs.Code) error { return fmt.Errorf("handle: %w", errs.New(code, "R", "refused")) }
	for _, code := range []errs.Code{
		errs.InvalidInput, errs.NotFound, errs.Precondition, errs.Conflict, errs.AlreadyExists, errs.Forbidden, errs.Unauthorized,
	} {
		assert.True(t, messaging.IsPermanent(refused(code)), code)
	}
	for _, code := range []errs.Code{
		errs.Aborted, errs.RateLimited, errs.Canceled, errs.Internal, errs.Unavailable, errs.DeadlineExceeded,
	} {
		assert.False(t, messaging.IsPermanent(refused(code)), code)
		assert.True(t, messaging.IsPermanent(fmt.Errorf("decode: %w", messaging.Permanent(refused(code)))), code)
	}
	for _, err := range []error{nil, messaging.Permanent(nil), errors.New("crash"), context.DeadlineExceeded} {
		assert.False(t, messaging.IsPermanent(err), err)
	}
}
