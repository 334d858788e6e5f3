package load

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testGoals = Goals{P99: 500 * time.Millisecond, Errors: 0.01, Patience: 2 * time.Second, Lag: 50 * time.Millisecond}

// server is a simulated shop: it works on so many requests at a time, each for a fixed time, and the rest wait in a queue.
func server(places int, service time.Duration) func(ctx context.Context, n int, r *rand.Rand) Outcome {
	free := make(chan struct{}, places)
	return func(ctx context.Context, _ int, _ *rand.Rand) Outcome {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return Outcome{Kind: "read", Class: Failed, Reason: ReasonNoAnswer}
		}
		time.Sleep(service)
		<-free
		if ctx.Err() != nil {
			return Outcome{Kind: "read", Class: Failed, Reason: ReasonNoAnswer}
		}
		return Outcome{Kind: "read", Class: Good}
	}
}

func constant(rate float64, do func(ctx context.Context, n int, r *rand.Rand) Outcome) Constant {
	return Constant{Rate: rate, WarmUp: time.Second, Duration: 10 * time.Second, MaxInFlight: 10_000, Goals: testGoals, Do: do}
}

func TestMeasure_ServerStalls_EveryDelayedRequestShowsTheStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		step := Measure(t.Context(), constant(100, func(context.Context, int, *rand.Rand) Outcome {
			// From 3 s to 4 s the server answers nothing.
			if since := time.Since(begin); since >= 3*time.Second && since < 4*time.Second {
				time.Sleep(time.Until(begin.Add(4 * time.Second)))
			}
			return Outcome{Class: Good}
		}))
		assert.Equal(t, 1000, step.Good)
		assert.InDelta(t, 900, step.Latency.P99, 15, "100 of 1,000 requests waited up to a second: a closed loop would show one")
		assert.InDelta(t, 0, step.Latency.P90, 1)
	})
}

func TestMeasure_TwiceTheCapacity_GoodputIsNotThroughput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		step := Measure(t.Context(), constant(200, server(1, 10*time.Millisecond)))
		assert.False(t, step.Holds)
		assert.Equal(t, step.Sent, step.Good+step.Shed+step.Failed+step.Late)
		assert.Less(t, step.Goodput, 101.0)
		assert.Equal(t, step.Failed, step.Reasons[ReasonNoAnswer])
		assert.InDelta(t, step.Throughput, float64(step.Sent-step.Failed)/step.Seconds, 0.1)
	})
}

func TestMeasure_ShedAnswers_DoNotImprovePercentiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		step := Measure(t.Context(), constant(100, func(_ context.Context, n int, _ *rand.Rand) Outcome {
			if n%2 == 0 {
				return Outcome{Class: Shed, Reason: "OVERLOADED"}
			}
			time.Sleep(100 * time.Millisecond)
			return Outcome{Class: Good}
		}))
		assert.InDelta(t, 100, step.Latency.P50, 1)
		assert.InDelta(t, 50, step.Goodput, 1)
		assert.InDelta(t, 100, step.Throughput, 1)
	})
}

func TestMeasure_MoreInFlightThanAllowed_CountsAsErrorAndStaysBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := constant(100, server(1, time.Second))
		c.MaxInFlight = 7
		step := Measure(t.Context(), c)
		assert.Positive(t, step.NotSent)
		assert.Equal(t, 1000, step.Sent+step.NotSent)
		assert.False(t, step.Holds)
	})
}

func TestMeasure_ContextEnds_ReturnsWhatItHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		step := Measure(ctx, constant(100, server(100, time.Millisecond)))
		require.True(t, step.Interrupted)
		assert.InDelta(t, 3, step.Seconds, 0.02, "a second of warm-up is not counted")
		assert.InDelta(t, 100, step.Goodput, 1)
	})
}

func TestStep_GeneratorLate_SaysSo(t *testing.T) {
	t.Parallel()
	step := Step{Sent: 10, Good: 10, Lag: Percentiles{P99: 51}}
	step.judge(testGoals)
	assert.True(t, step.GeneratorLimited)
	report := Report{Steps: []Step{step}, Goals: testGoals.Report()}
	report.AddNotes()
	assert.Contains(t, report.Notes[0], "bottleneck")
}
