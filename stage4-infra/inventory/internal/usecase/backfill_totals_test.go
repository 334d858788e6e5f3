package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/usecase"
)

// endless always has another full batch, and stops the process in the middle of the work.
type endless struct {
	stop    context.CancelFunc
	batches int
}

func (e *endless) Fill(_ context.Context, _ string, size int32) (int64, string, error) {
	e.batches++
	e.stop()
	return int64(size), "last", nil
}

func TestBackfillTotals_Cancelled_StopsBetweenBatches(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	totals := &endless{stop: stop}

	err := usecase.NewBackfillTotals(usecase.BackfillConfig{Batch: 10, Pause: time.Hour}, totals).Execute(ctx)

	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, totals.batches)
}

func TestBackfillConfig_EmptyBatch_IsInvalid(t *testing.T) {
	t.Parallel()
	assert.ErrorContains(t, (&usecase.BackfillConfig{}).Validate(), "BACKFILL_BATCH")
	assert.NoError(t, (&usecase.BackfillConfig{Batch: 1}).Validate())
}
