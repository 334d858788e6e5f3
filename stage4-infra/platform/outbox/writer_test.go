package outbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/correlation"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

func TestAppend_Transaction_StoresMessagesInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := correlation.With(t.Context(), "request-1")
	occurred := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

	require.NoError(t, f.tx.WithTx(ctx, func(ctx context.Context) error {
		first := messaging.Message{
			ID: "m1", Type: "order.order.created", Version: 2, AggregateType: "order", AggregateID: "o1", Sequence: 1, OccurredAt: occurred,
			CorrelationID: "other", Trace: map[string]string{"traceparent": "00-a-b-01", "tracestate": "c=d"}, Payload: []byte(`{"n": 1}`),
		}
		require.NoError(t, f.writer.Append(ctx, first))
		assert.Zero(t, f.count(t, "outbox_events"), "messages are inserted with the commit")
		return f.writer.Append(ctx, message("o1", 2), message("o2", 1))
	}))

	var got []string
	rows, err := f.pool.Query(ctx, `SELECT concat_ws(' ', id, aggregate_id, sequence, event_version, correlation_id, traceparent, tracestate,
		payload, occurred_at = $1) FROM outbox_events ORDER BY seq`, occurred)
	require.NoError(t, err)
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		got = append(got, line)
	}
	require.NoError(t, rows.Err())
	require.Len(t, got, 3)
	assert.Equal(t, `m1 o1 1 2 other 00-a-b-01 c=d {"n": 1} t`, got[0])
	assert.Contains(t, got[1], " o1 2 1 request-1 ")
	assert.Contains(t, got[2], " o2 1 1 request-1 ")
}

func TestAppend_TransactionRolledBack_StoresNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := errors.New("refused")

	err := f.tx.WithTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, f.writer.Append(ctx, message("o1", 1)))
		return refused
	})

	require.ErrorIs(t, err, refused)
	assert.Zero(t, f.count(t, "outbox_events"))
}

func TestAppend_InvalidMessage_IsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	assert.ErrorIs(t, f.writer.Append(t.Context(), message("o1", 1)), postgres.ErrNoTransaction)
	for name, spoil := range map[string]func(m *messaging.Message){
		"no type":             func(m *messaging.Message) { m.Type = "" },
		"long type":           func(m *messaging.Message) { m.Type = strings.Repeat("x", 256) },
		"long id":             func(m *messaging.Message) { m.ID = strings.Repeat("x", 256) },
		"no aggregate":        func(m *messaging.Message) { m.AggregateID = "" },
		"long payload":        func(m *messaging.Message) { m.Payload = make([]byte, 1<<20+1) },
		"payload is not JSON": func(m *messaging.Message) { m.Payload = []byte("{") },
	} {
		m := message("o1", 1)
		spoil(&m)
		err := f.tx.WithTx(t.Context(), func(ctx context.Context) error { return f.writer.Append(ctx, m) })
		require.Error(t, err, name)
		assert.NotErrorIs(t, err, postgres.ErrNoTransaction, name)
	}
	assert.Zero(t, f.count(t, "outbox_events"))
}

func TestMigration_EveryService_IsTheSame(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"inventory", "wallet"} {
		assert.Equal(t, string(migrationOf(t, "order")), string(migrationOf(t, service)), service)
	}
}
