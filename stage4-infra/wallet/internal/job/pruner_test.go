package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"shop/wallet/internal/job"
	"shop/wallet/internal/usecase"
)

// processedEvents has two full batches and a rest, and reports each batch.
type processedEvents struct {
	left    int
	batches chan int
}

func (p *processedEvents) Prune(ctx context.Context, _ time.Duration, limit int) (int, error) {
	batch := min(p.left, limit)
	p.left -= batch
	select {
	case p.batches <- batch:
	case <-ctx.Done():
	}
	return batch, ctx.Err()
}

func TestPruner_DeletesInBatchesUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	events := &processedEvents{left: 5, batches: make(chan int)}
	cfg := usecase.PruneConfig{Retention: time.Hour, Interval: time.Hour, Timeout: time.Minute, Batch: 2}
	pruner := job.NewPruner(cfg, usecase.NewPruneProcessedEvents(cfg, events), zap.NewNop())

	require.NoError(t, pruner.Start(t.Context()))
	for _, want := range []int{2, 2, 1} {
		assert.Equal(t, want, <-events.batches)
	}
	require.NoError(t, pruner.Stop(t.Context()))
}
