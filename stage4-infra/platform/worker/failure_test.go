package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

func TestRun_FailedJob_CauseIsOnlyInTheLog(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp 10.0.0.7:9000: connection refused")
	for name, c := range map[string]struct {
		failure error
		public  string
	}{
		"unexpected": {fmt.Errorf("store sales: %w", cause), "internal error, see execution_id %s in the log"},
		"internal": {
			fmt.Errorf("store sales: %w", errs.Wrap(cause, errs.Internal, "NO_STORE", "the store is broken")),
			"the store is broken, see execution_id %s in the log",
		},
		"refused": {fmt.Errorf("compute sales: %w", errs.Wrap(cause, errs.Precondition, "TOO_EARLY", "the day is not over")), "the day is not over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, history, r := fixture(t)
			failing := newJob(func(context.Context, string) (any, error) { return nil, c.failure })
			log := new(bytes.Buffer)
			ctx := logging.Into(t.Context(), logging.NewTo(log, logging.Config{Level: "info"}, "order"))

			e, _, err := r.Run(ctx, failing, window, job.API)

			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(c.public, "%s", e.ID), e.Error)
			assert.Equal(t, e.Error, history.of(failing.Name)[0].Error)
			assert.Equal(t, 1, strings.Count(log.String(), cause.Error()), "logged once: %s", log)
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, cause.Error()) {
					assert.Contains(t, line, `"event":"platform.job.failed"`)
					assert.Contains(t, line, `"name":"`+failing.Name+`"`)
					assert.Contains(t, line, `"window":"`+window+`"`)
					assert.Contains(t, line, `"execution_id":"`+e.ID+`"`)
				}
			}
		})
	}
}

func TestRun_EndNotRecorded_HidesDatabaseError(t *testing.T) {
	t.Parallel()
	_, history, r := fixture(t)
	breaking := newJob(func(context.Context, string) (any, error) {
		history.fail(assert.AnError)
		return nil, nil
	})

	e, _, err := r.Run(t.Context(), breaking, window, job.API)

	require.NoError(t, err)
	assert.Equal(t, job.Failed, e.Status)
	assert.NotContains(t, e.Error, assert.AnError.Error())
	assert.Contains(t, e.Error, e.ID)
}

func TestRun_RowClosedAsAbandoned_ReturnsFailed(t *testing.T) {
	t.Parallel()
	_, history, r := fixture(t)
	slept := newJob(func(ctx context.Context, window string) (any, error) {
		return nil, history.CloseAbandoned(ctx, history.rows[0].Job, window, history.rows[0].Fence+1)
	})

	e, _, err := r.Run(t.Context(), slept, window, job.API)

	require.NoError(t, err)
	assert.Equal(t, job.Failed, e.Status)
	assert.Equal(t, "the execution was marked as abandoned", e.Error)
}
