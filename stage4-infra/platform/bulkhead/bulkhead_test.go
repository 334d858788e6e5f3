package bulkhead_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/bulkhead"
	"shop/platform/errs"
)

var wide = bulkhead.Config{Concurrency: 2, Rate: 1e6, Burst: 1e6, MaxWait: 20 * time.Millisecond}

func newBulkhead(cfg bulkhead.Config) *bulkhead.Bulkhead {
	return bulkhead.New("payment", cfg, bulkhead.NewMetrics(prometheus.NewRegistry()))
}

// occupy makes calls that are under way until release.
func occupy(t *testing.T, b *bulkhead.Bulkhead, calls int) (release func()) {
	t.Helper()
	end, done := make(chan struct{}), make(chan error, calls)
	for range calls {
		begun := make(chan struct{})
		go func() {
			done <- b.Do(t.Context(), func() error {
				close(begun)
				<-end
				return nil
			})
		}()
		<-begun
	}
	return func() {
		close(end)
		for range calls {
			require.NoError(t, <-done)
		}
	}
}

func never() error { panic("it must not be called") }

func TestDo_AllPlacesTaken_IsUnavailableUntilOneIsFree(t *testing.T) {
	t.Parallel()
	b := newBulkhead(wide)
	release := occupy(t, b, 2)

	err := b.Do(t.Context(), never)

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Equal(t, bulkhead.Reason, errs.From(err).Reason)
	release()
	assert.NoError(t, b.Do(t.Context(), func() error { return nil }))
}

func TestDo_CallerGivesUp_ReturnsItsError(t *testing.T) {
	t.Parallel()
	patient := wide
	patient.MaxWait = time.Hour
	b := newBulkhead(patient)
	defer occupy(t, b, 2)()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	assert.ErrorIs(t, b.Do(ctx, never), context.Canceled)
}

func TestDo_RateUsedUp_IsUnavailableAndHoldsNoPlace(t *testing.T) {
	t.Parallel()
	slow := wide
	slow.Rate, slow.Burst = 0.001, 3
	b := newBulkhead(slow)
	for range 3 {
		require.NoError(t, b.Do(t.Context(), func() error { return nil }))
	}

	for range 5 {
		assert.Equal(t, bulkhead.Reason, errs.From(b.Do(t.Context(), never)).Reason)
	}
}

func TestDo_Panic_LeavesItsPlace(t *testing.T) {
	t.Parallel()
	b := newBulkhead(wide)
	for range 3 {
		assert.Panics(t, func() { _ = b.Do(t.Context(), func() error { panic("broken") }) })
	}
	assert.NoError(t, b.Do(t.Context(), func() error { return nil }))
}
