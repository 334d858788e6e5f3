package saga_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
)

func TestConcurrentCancellationsPayBackOnce(t *testing.T) {
	t.Parallel()
	for name, keyOf := range map[string]func(key string) string{
		"one key":    func(key string) string { return key },
		"other keys": func(string) string { return uuid.NewString() },
		"no key":     func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, services := newPool(t), newDownstream(nil)
			in := buy(t, pool, services)
			replicas := []process{start(pool, services, &crashtest.Process{}, longTime), start(pool, services, &crashtest.Process{}, longTime)}
			var wait sync.WaitGroup
			for i := range 10 {
				one := in
				one.IdempotencyKey = keyOf(in.IdempotencyKey)
				wait.Go(func() {
					_, err := replicas[i%2].cancel.Execute(withDeadline(t, 10*time.Second), one)
					assert.NoError(t, err)
				})
			}
			wait.Wait()

			isBack(t, pool, services, in, name)
			assert.Equal(t, 2, lo.Sum(lo.Values(services.undoTries)), "one refund and one release")
		})
	}
}

// Two replicas take cancellations over from drivers that are at work: the worst that an interval which is far too short can do.
func TestACancellationThatIsTakenOverIsPaidBackOnce(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(nil)
	shop := start(pool, services, &crashtest.Process{}, longTime)
	var requests []dto.CancelOrder
	for range 10 {
		requests = append(requests, buy(t, pool, services))
	}
	ended := make(chan struct{})
	var scanners, buyers sync.WaitGroup
	for range 2 {
		eager := start(pool, services, &crashtest.Process{}, 0)
		scanners.Go(func() {
			for {
				_, err := eager.scan.Execute(t.Context())
				assert.NoError(t, err)
				select {
				case <-ended:
					return
				default:
				}
			}
		})
	}
	for _, in := range requests {
		buyers.Go(func() {
			_, err := shop.cancel.Execute(withDeadline(t, 20*time.Second), in)
			assert.NoError(t, err, "the worker that finishes it stores the answer")
		})
	}
	buyers.Wait()
	close(ended)
	scanners.Wait()
	for _, in := range requests {
		isBack(t, pool, services, in, "taken over")
	}
}

func TestTwoScannersNeverWorkTheSameCancellation(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(nil)
	for range 20 {
		in := buy(t, pool, services)
		_, _ = start(pool, services, &crashtest.Process{DiesAt: 5}, longTime).cancel.Execute(t.Context(), in) // after the refund's call
	}
	require.Equal(t, 20, unsettled(t, pool))
	clear(services.undoTries)

	settled := scanTogether(t, pool, services)

	assert.Zero(t, unsettled(t, pool))
	assert.Equal(t, 20, settled, "settled by all scanners together")
	assert.False(t, services.overlapped, "two scanners called for one saga at the same time")
	for step, tries := range services.undoTries {
		assert.Equal(t, 1, tries, step)
	}
}
