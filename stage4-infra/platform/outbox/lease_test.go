package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/messaging"
)

func TestLeases_RelaysComeAndGo_EachOwnsItsShare(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owns := func(n int, name string) {
		t.Helper()
		f.eventually(t, n, "outbox_leases WHERE picked_by = $1 AND expires_at > clock_timestamp()", name)
	}

	f.relay(t, "a", f.broker)
	owns(32, "a")
	b := f.relay(t, "b", f.broker)
	owns(16, "a")
	owns(16, "b")
	f.relay(t, "c", f.broker)
	owns(11, "a")
	owns(11, "b")
	owns(10, "c")

	require.NoError(t, b.Stop(t.Context()))
	owns(16, "a")
	owns(16, "c")
}

func TestLeases_DeadRelay_IsReplacedWhenItsLeaseExpires(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.pool.Exec(t.Context(), `UPDATE outbox_leases SET picked_by = 'dead', picked_at = now(), epoch = 4,
		expires_at = clock_timestamp() + CASE WHEN part = 0 THEN interval '1 hour' ELSE interval '200 ms' END`)
	require.NoError(t, err)

	f.relay(t, "a", f.broker)

	f.eventually(t, 31, "outbox_leases WHERE picked_by = 'a' AND epoch = 5")
	assert.Equal(t, 1, f.count(t, "outbox_leases WHERE picked_by = 'dead' AND part = 0"), "a lease that has not expired is not taken")
}

// The broker confirms after the lease has expired and another relay has taken over: as after a SIGSTOP.
func TestLeases_ExpiredDuringBatch_OldOwnerCannotMark(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.cfg.Lease = 300 * time.Millisecond
	f.append(t, message("o1", 1), message("o1", 2))
	published, confirm := make(chan struct{}, 1), make(chan struct{})
	frozen := &broker{answer: func(ctx context.Context, _ messaging.Message) error {
		published <- struct{}{}
		select {
		case <-confirm:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	f.relay(t, "frozen", frozen)
	<-published
	f.broker.answer = func(context.Context, messaging.Message) error { return errRefused }
	f.relay(t, "other", f.broker)
	f.eventually(t, 1, "outbox_events WHERE picked_by = 'other' AND failed_at IS NOT NULL")

	close(confirm)

	f.eventually(t, 16, "outbox_leases WHERE picked_by = 'frozen' AND expires_at > clock_timestamp()") // its batch is over
	assert.Zero(t, f.count(t, "outbox_events WHERE sent_at IS NOT NULL"), "a relay must not mark events under a lease that it has lost")
	assert.Equal(t, []string{"o1-1"}, frozen.ids(), "a relay must not go on publishing after its lease")
}
