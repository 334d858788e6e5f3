// Package load asks at a fixed rate, whether or not earlier answers have come: an open loop, whose latencies count from
// when a request was due, so that a stall shows in every request that it delayed.
package load

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Plan says what is asked and how often.
type Plan struct {
	// Rate is requests per second.
	Rate float64
	// Seed makes the same plan ask the same things in the same order.
	Seed uint64
	// MostInFlight bounds requests under way; one that is due beyond it counts as Skipped. 64 if zero.
	MostInFlight int
	// Total ends the run after so many requests; 0 runs until the context ends.
	Total int
	// Do makes request n; r is that request's own and depends on Seed and n alone. An error counts as failed.
	Do func(ctx context.Context, n int, r *rand.Rand) error
}

// Result is what a run saw.
type Result struct {
	Sent, Failed, Skipped int
	// Latencies are in order of completion, from when the request was due to its answer.
	Latencies []time.Duration
	Errors    []error // the first 20
}

// Percentile returns the latency that p (0 to 1) of the requests did not exceed.
func (r Result) Percentile(p float64) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	sorted := slices.Clone(r.Latencies)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

// Run follows the plan until it is done or the context ends, then waits for what is under way. Requests do not see the
// end of the context: each bounds itself.
func Run(ctx context.Context, plan Plan) Result {
	if plan.MostInFlight == 0 {
		plan.MostInFlight = 64
	}
	var (
		mu     sync.Mutex
		result Result
		wait   sync.WaitGroup
		slots  = make(chan struct{}, plan.MostInFlight)
		begin  = time.Now()
		every  = time.Duration(float64(time.Second) / plan.Rate)
	)
	for n := 0; plan.Total == 0 || n < plan.Total; n++ {
		due := begin.Add(time.Duration(n) * every)
		if !sleepUntil(ctx, due) {
			break
		}
		select {
		case slots <- struct{}{}:
		default:
			mu.Lock()
			result.Skipped++
			mu.Unlock()
			continue
		}
		wait.Go(func() {
			defer func() { <-slots }()
			err := plan.Do(context.WithoutCancel(ctx), n, rand.New(rand.NewPCG(plan.Seed, uint64(n))))
			mu.Lock()
			defer mu.Unlock()
			result.Sent++
			result.Latencies = append(result.Latencies, time.Since(due))
			if err != nil {
				result.Failed++
				if len(result.Errors) < 20 {
					result.Errors = append(result.Errors, err)
				}
			}
		})
	}
	wait.Wait()
	return result
}

func sleepUntil(ctx context.Context, due time.Time) bool {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
