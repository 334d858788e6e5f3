package load

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestSameSeedAsksTheSame(t *testing.T) {
	t.Parallel()
	asked := func() map[int]int {
		var mu sync.Mutex
		seen := map[int]int{}
		Run(t.Context(), Plan{Rate: 5000, Seed: 7, Total: 50, Do: func(_ context.Context, n int, r *rand.Rand) error {
			mu.Lock()
			defer mu.Unlock()
			seen[n] = r.IntN(1000)
			return nil
		}})
		return seen
	}
	first, second := asked(), asked()
	for n, value := range first {
		if other, ok := second[n]; ok && other != value {
			t.Fatalf("request %d asked %d, then %d, with the same seed", n, value, other)
		}
	}
}

func TestLatencyCountsFromWhenARequestWasDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		result := Run(t.Context(), Plan{Rate: 10, Total: 20, MostInFlight: 5, Do: func(context.Context, int, *rand.Rand) error {
			time.Sleep(250 * time.Millisecond)
			return errors.New("no")
		}})
		if result.Sent != 20 || result.Failed != 20 || result.Skipped != 0 {
			t.Fatalf("expected 20 sent and failed, none skipped; seen %+v", result)
		}
		if got := result.Percentile(0.99); got != 250*time.Millisecond {
			t.Fatalf("expected 250ms, seen %s", got)
		}
	})
}

func TestStallSkipsInsteadOfQueueing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		result := Run(t.Context(), Plan{Rate: 10, Total: 20, MostInFlight: 2, Do: func(context.Context, int, *rand.Rand) error {
			time.Sleep(time.Minute)
			return nil
		}})
		if result.Sent != 2 || result.Skipped != 18 {
			t.Fatalf("expected 2 sent and 18 skipped; seen %d and %d", result.Sent, result.Skipped)
		}
	})
}

func TestEndOfContextLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		result := Run(ctx, Plan{Rate: 10, Do: func(ctx context.Context, _ int, _ *rand.Rand) error {
			time.Sleep(500 * time.Millisecond)
			return ctx.Err()
		}})
		if result.Failed != 0 || result.Sent < 10 {
			t.Fatalf("expected at least 10 sent and none failed; seen %+v", result)
		}
	})
}
