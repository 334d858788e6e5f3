package outbox_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/messaging"
	"shop/platform/outbox"
)

func TestOperator_FailedEvents_AreListedRetriedAndDiscarded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.cfg.MaxRetries = 1
	operator := outbox.NewOperator(f.pool)
	var fixed atomic.Bool
	f.broker.answer = func(_ context.Context, m messaging.Message) error {
		if m.Sequence == 1 && !fixed.Load() {
			return errRefused
		}
		return nil
	}
	f.append(t, message("o1", 1), message("o1", 2), message("o2", 1), message("o2", 2), message("o3", 2))
	f.relay(t, "a", f.broker)
	f.eventually(t, 2, "outbox_events WHERE failed_at IS NOT NULL")

	failed, err := operator.Refused(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, failed, 2)
	assert.Equal(t, "o1-1", failed[0].ID)
	assert.Equal(t, 1, failed[0].Waiting)
	assert.Equal(t, "a", *failed[0].PickedBy)
	assert.Contains(t, failed[0].LastError, "no queue")
	require.NoError(t, operator.Discard(t.Context(), "o1-1"))
	f.eventually(t, 1, "outbox_events WHERE id = 'o1-2' AND sent_at IS NOT NULL")
	fixed.Store(true)
	require.NoError(t, operator.Retry(t.Context(), "o2-1"))
	f.eventually(t, 2, "outbox_events WHERE id IN ('o2-1', 'o2-2') AND sent_at IS NOT NULL")

	assert.Zero(t, f.count(t, "outbox_events WHERE id = 'o1-1'"))
	for _, id := range []string{"o2-1", "o3-2", "unknown"} {
		assert.ErrorIs(t, operator.Retry(t.Context(), id), outbox.ErrNotFailed, "sent events stay as they are")
		assert.ErrorIs(t, operator.Discard(t.Context(), id), outbox.ErrNotFailed)
	}
}
