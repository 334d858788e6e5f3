package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/messaging"
	"shop/platform/outbox"
)

var errRefused = fmt.Errorf("no queue: %w", outbox.ErrRefused)

func TestRelay_Event_IsPublishedAsWrittenAndMarked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := message("o1", 7)
	m.CorrelationID, m.Trace = "request-1", map[string]string{"traceparent": "00-a-b-01", "tracestate": "c=d"}
	m.OccurredAt, m.Version, m.Payload = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), 2, []byte(`{"n":  1}`)

	f.append(t, m)
	f.relay(t, "a", f.broker)

	f.eventually(t, 1, "outbox_events WHERE sent_at IS NOT NULL AND picked_by = 'a' AND picked_at <= sent_at AND retry_count = 0")
	require.Len(t, f.broker.got, 1)
	got := f.broker.got[0]
	got.OccurredAt = got.OccurredAt.UTC()
	assert.Equal(t, m, got)
}

func TestRelay_AggregateWithManyEvents_OneInFlightAtATime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var inFlight, most atomic.Int32
	f.broker.closed = func() error {
		most.Store(max(most.Load(), inFlight.Add(1)))
		return nil
	}
	f.broker.answer = func(context.Context, messaging.Message) error {
		inFlight.Add(-1)
		return nil
	}
	var want []string
	for n := range int64(20) {
		f.append(t, message("o1", n))
		want = append(want, message("o1", n).ID)
	}

	f.relay(t, "a", f.broker)

	f.eventually(t, 20, "outbox_events WHERE sent_at IS NOT NULL")
	assert.Equal(t, want, f.broker.ids())
	assert.EqualValues(t, 1, most.Load(), "a refusal of one event must leave the next unpublished")
}

func TestRelay_ManyAggregates_AreInFlightTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	all := make(chan struct{})
	var published atomic.Int32
	f.broker.closed = func() error {
		if published.Add(1) == 50 {
			close(all)
		}
		return nil
	}
	f.broker.answer = func(ctx context.Context, _ messaging.Message) error {
		select {
		case <-all:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for n := range 50 {
		f.append(t, message(fmt.Sprint("o", n), 1))
	}

	f.relay(t, "a", f.broker)

	f.eventually(t, 50, "outbox_events WHERE sent_at IS NOT NULL")
}

// An earlier seq may become visible after a later one.
func TestRelay_LateCommit_IsPublishedAndInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.relay(t, "a", f.broker)
	late, err := f.pool.Begin(t.Context())
	require.NoError(t, err)
	const insert = `INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at,
		correlation_id, traceparent, tracestate, payload) VALUES ($1, 'order', $2, 't', 1, 1, now(), '', '', '', '{}')`
	_, err = late.Exec(t.Context(), insert, "late-1", "late")
	require.NoError(t, err)
	for n := range int64(50) {
		f.append(t, message("early", n))
	}
	f.eventually(t, 50, "outbox_events WHERE sent_at IS NOT NULL")

	require.NoError(t, late.Commit(t.Context()))
	f.append(t, message("late", 2))

	f.eventually(t, 52, "outbox_events WHERE sent_at IS NOT NULL")
	ids := f.broker.ids()
	require.Contains(t, ids, "late-1", "a reader that remembers the last seq loses what commits late")
	assert.Less(t, slices.Index(ids, "late-1"), slices.Index(ids, "late-2"))
}

func TestRelay_RefusedEvent_StopsItsAggregateOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.cfg.MaxRetries = 3
	f.broker.answer = func(_ context.Context, m messaging.Message) error {
		if m.ID == "bad-2" {
			return errRefused
		}
		return nil
	}
	f.append(t, message("bad", 1), message("bad", 2), message("bad", 3), message("good", 1))
	f.relay(t, "a", f.broker)
	f.eventually(t, 1, "outbox_events WHERE failed_at IS NOT NULL")
	f.append(t, message("good", 2), message("bad", 4))

	f.eventually(t, 1, "outbox_events WHERE id = 'good-2' AND sent_at IS NOT NULL")

	assert.Equal(t, "bad-2 3 t no queue: refused by the broker a",
		f.text(t, "SELECT concat_ws(' ', id, retry_count, sent_at IS NULL, last_error, picked_by) FROM outbox_events WHERE failed_at IS NOT NULL"))
	assert.Equal(t, 2, f.count(t, "outbox_events WHERE id IN ('bad-3', 'bad-4') AND sent_at IS NULL AND retry_count = 0"))
	published := 0
	for _, id := range f.broker.ids() {
		assert.NotContains(t, []string{"bad-3", "bad-4"}, id, "an event overtook the one that was refused before it")
		if id == "bad-2" {
			published++
		}
	}
	assert.Equal(t, 4, published, "once, and three retries")
}

func TestRelay_RefusedEventTakenLater_AggregateGoesOnInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var refusals atomic.Int32
	f.broker.answer = func(_ context.Context, m messaging.Message) error {
		if m.ID == "o1-1" && refusals.Add(1) <= 2 {
			return errRefused
		}
		return nil
	}
	f.append(t, message("o1", 1), message("o1", 2))

	f.relay(t, "a", f.broker)

	f.eventually(t, 2, "outbox_events WHERE sent_at IS NOT NULL")
	assert.Equal(t, []string{"o1-1", "o1-1", "o1-1", "o1-2"}, f.broker.ids())
	assert.Equal(t, 1, f.count(t, "outbox_events WHERE id = 'o1-1' AND retry_count = 2 AND failed_at IS NULL"))
}

func TestRelay_BrokerAway_CostsNoRetry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var attempts atomic.Int32
	f.broker.closed = func() error {
		if attempts.Add(1) <= 20 {
			return errors.New("no connection")
		}
		return nil
	}
	lost := atomic.Bool{}
	f.broker.answer = func(context.Context, messaging.Message) error {
		if lost.CompareAndSwap(false, true) {
			return errors.New("connection lost before the confirm")
		}
		return nil
	}
	f.append(t, message("o1", 1), message("o1", 2))

	f.relay(t, "a", f.broker)

	f.eventually(t, 2, "outbox_events WHERE sent_at IS NOT NULL AND retry_count = 0 AND last_error = ''")
	assert.Equal(t, []string{"o1-1", "o1-1", "o1-2"}, f.broker.ids())
}

func TestRelay_NewEvent_IsPublishedWithoutWaitingForThePoll(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.cfg.PollBusy, f.cfg.PollIdle, f.cfg.PollQuiet, f.cfg.Heartbeat = time.Hour, time.Hour, time.Hour, time.Hour
	f.relay(t, "a", f.broker)
	f.append(t, message("o1", 1))
	f.eventually(t, 1, "outbox_events WHERE sent_at IS NOT NULL")

	f.append(t, message("o1", 2))

	f.eventually(t, 2, "outbox_events WHERE sent_at IS NOT NULL")
}

func TestRelay_Stop_PublishesItsBatchAndGivesLeasesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.cfg.Heartbeat = time.Minute
	published, confirm := make(chan struct{}, 2), make(chan struct{})
	f.broker.answer = func(context.Context, messaging.Message) error {
		published <- struct{}{}
		<-confirm
		return nil
	}
	f.append(t, message("o1", 1), message("o1", 2))
	r := f.relay(t, "a", f.broker)
	<-published
	const listeners = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
	f.eventually(t, 1, listeners)
	stopped := make(chan error, 1)

	go func() { stopped <- r.Stop(t.Context()) }()
	f.eventually(t, 0, listeners) // it has begun to stop
	require.Empty(t, stopped)
	close(confirm)

	require.NoError(t, <-stopped)
	assert.Equal(t, 2, f.count(t, "outbox_events WHERE sent_at IS NOT NULL"), "the batch was claimed before the stop")
	assert.Zero(t, f.count(t, "outbox_leases WHERE picked_by IS NOT NULL"))
	assert.Zero(t, f.count(t, "outbox_relays"))
}

func TestRelay_StopWithoutConfirm_IsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	published := make(chan struct{})
	f.broker.answer = func(ctx context.Context, _ messaging.Message) error {
		close(published)
		<-ctx.Done()
		return ctx.Err()
	}
	f.append(t, message("o1", 1))
	r := f.relay(t, "a", f.broker)
	<-published

	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, r.Stop(ctx), context.DeadlineExceeded)

	assert.Equal(t, 1, f.count(t, "outbox_events WHERE sent_at IS NULL"))
	assert.Zero(t, f.count(t, "outbox_leases WHERE picked_by IS NOT NULL"))
}
