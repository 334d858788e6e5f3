package outbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/outbox"
)

func TestPrune_DeletesOldSentEventsInBatches(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for n := range int64(10) {
		f.append(t, message("o1", n))
	}
	_, err := f.pool.Exec(t.Context(), `UPDATE outbox_events SET created_at = now() - interval '9 days',
		sent_at = CASE WHEN sequence BETWEEN 1 AND 6 THEN now() - interval '8 days' WHEN sequence = 7 THEN now() END`)
	require.NoError(t, err)

	for _, want := range []int{4, 2, 0} {
		deleted, err := outbox.Prune(t.Context(), f.pool, 7*24*time.Hour, 4)
		require.NoError(t, err)
		assert.Equal(t, want, deleted)
	}

	assert.Equal(t, "0 7 8 9", f.text(t, `SELECT string_agg(sequence::text, ' ' ORDER BY seq) FROM outbox_events`),
		"events that are not sent stay, however old they are")
}

func TestPrune_RowsLockedByAnotherReplica_DoesNotWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.append(t, message("o1", 1), message("o1", 2))
	_, err := f.pool.Exec(t.Context(), `UPDATE outbox_events SET (created_at, sent_at) = (now() - interval '9 days', now() - interval '8 days')`)
	require.NoError(t, err)
	other, err := f.pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Rollback(t.Context())) }()
	_, err = other.Exec(t.Context(), `SELECT FROM outbox_events WHERE sequence = 1 FOR UPDATE`)
	require.NoError(t, err)

	deleted, err := outbox.Prune(t.Context(), f.pool, 7*24*time.Hour, 10)

	require.NoError(t, err)
	assert.Equal(t, 1, deleted)
}
