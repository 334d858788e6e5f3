package overload_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/overload"
)

// patience is how long the callers of a simulation wait.
const patience = time.Second

func TestLimiter_TwiceTheCapacity_KeepsGoodputAndTargetTime(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	s.run(20*time.Second, s.stream(2*s.capacity(), overload.Normal))
	late := s.since(10 * time.Second)
	assert.GreaterOrEqual(t, late.good, 0.95*s.capacity()*10, "goodput at twice the capacity")
	assert.Less(t, late.median(), 2*s.cfg.Target)
	assert.Zero(t, late.late, "an admitted call ends while its caller waits")
}

func TestLimiter_WithoutLimit_GoodputCollapses(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	s.limiter = overload.New(withBounds(s.cfg, 1<<30, 1<<30), prometheus.NewRegistry(), s.now)
	s.run(20*time.Second, s.stream(2*s.capacity(), overload.Normal))
	assert.Less(t, s.since(10*time.Second).good, 0.05*s.capacity()*10, "the simulation must be able to collapse")
}

func TestLimiter_BelowCapacity_RefusesNothing(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	s.run(20*time.Second, s.stream(0.9*s.capacity(), overload.Low))
	assert.Zero(t, s.since(0).refused)
}

func TestLimiter_OverloadEnds_RecoversWithinSeconds(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	s.run(10*time.Second, s.stream(5*s.capacity(), overload.Normal))
	s.run(10*time.Second, s.stream(0.9*s.capacity(), overload.Normal))
	after := s.since(12 * time.Second)
	assert.Zero(t, after.refused)
	assert.Less(t, after.median(), s.cfg.Target)
}

func TestLimiter_ServerBecomesFourTimesSlower_FollowsItDownAndUp(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	load := 0.8 * s.capacity()
	s.run(5*time.Second, s.stream(load, overload.Normal))
	s.service *= 4
	s.run(20*time.Second, s.stream(load, overload.Normal))
	slow := s.between(15*time.Second, 25*time.Second)
	assert.GreaterOrEqual(t, slow.good, 0.9*s.capacity()*10)
	s.service /= 4
	s.run(15*time.Second, s.stream(load, overload.Normal))
	assert.Zero(t, s.between(32*time.Second, 40*time.Second).refused)
}

func TestLimiter_Overload_RefusesByPriority(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	c := s.capacity()
	s.run(20*time.Second,
		s.stream(0.3*c, overload.High), s.stream(0.5*c, overload.Normal), s.stream(1.2*c, overload.Low))
	late := s.since(10 * time.Second)
	assert.Zero(t, late.refusedBy[overload.High])
	assert.Less(t, late.refusedBy[overload.Normal], late.goodBy[overload.Normal]/100)
	assert.Positive(t, late.goodBy[overload.Low], "what is left goes to the lists")
	assert.GreaterOrEqual(t, late.good, 0.95*c*10)
}

func TestLimiter_PurchasesAloneAreTooMany_CancellationsStillPass(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	c := s.capacity()
	s.run(20*time.Second, s.stream(0.1*c, overload.High), s.stream(2*c, overload.Normal))
	late := s.since(10 * time.Second)
	assert.Zero(t, late.refusedBy[overload.High])
	assert.Positive(t, late.refusedBy[overload.Normal])
}

func TestLimiter_TwoCallersOfOnePriority_GetTheSameShare(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	a, b := s.stream(s.capacity(), overload.Normal), s.stream(s.capacity(), overload.Normal)
	a.caller, b.caller = 1, 2
	s.run(30*time.Second, a, b)
	late := s.since(5 * time.Second)
	assert.InEpsilon(t, late.goodOf[1], late.goodOf[2], 0.2)
}

func TestLimiter_FewSlowCalls_DoNotLowerTheLimit(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	slow := s.stream(0.1*s.capacity(), overload.High)
	slow.extra = 3 * time.Second // such as those of a payment provider, which use none of the server's workers
	s.run(20*time.Second, slow, s.stream(0.5*s.capacity(), overload.Normal))
	assert.Zero(t, s.since(0).refused)
}

func TestLimiter_CallersGiveUp_CountsAsSlow(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[overload.Config]()
	clock := &clock{at: time.Unix(0, 0)}
	limiter := overload.New(cfg, prometheus.NewRegistry(), clock.now)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 400 {
		done, err := limiter.Admit(gone, overload.High)
		if err != nil {
			return
		}
		clock.at = clock.at.Add(cfg.Window / 10)
		done()
		_, err = limiter.Admit(t.Context(), overload.High) // never ends
		if err != nil {
			assert.Equal(t, overload.Reason, errs.From(err).Reason)
			return
		}
	}
	t.Fatal("the limit was never lowered")
}

func TestLimiter_DeadlineTooNear_RefusesBeforeWork(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[overload.Config]()
	limiter := overload.New(cfg, prometheus.NewRegistry(), time.Now)
	for _, left := range []time.Duration{-time.Second, cfg.MinTime / 2} {
		ctx, cancel := context.WithTimeout(t.Context(), left)
		defer cancel()
		_, err := limiter.Admit(ctx, overload.High)
		assert.Equal(t, errs.DeadlineExceeded, errs.CodeOf(err))
		assert.Equal(t, errs.DeadlineExceeded, errs.CodeOf(limiter.Check(ctx, overload.High)))
		_, err = limiter.Admit(ctx, overload.Always)
		require.NoError(t, err)
	}
}

func TestLimiter_StuckCalls_BlockNeitherHealthNorTheLimiter(t *testing.T) {
	t.Parallel()
	cfg := withBounds(config.Defaults[overload.Config](), 10, 10)
	registry := prometheus.NewRegistry()
	limiter := overload.New(cfg, registry, time.Now)
	var ends []func()
	for range 10 {
		done, err := limiter.Admit(t.Context(), overload.High)
		require.NoError(t, err)
		ends = append(ends, done)
	}
	_, err := limiter.Admit(t.Context(), overload.High)
	require.Equal(t, overload.Reason, errs.From(err).Reason)
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	require.Error(t, limiter.Check(t.Context(), overload.High))
	_, err = limiter.Admit(t.Context(), overload.Always)
	require.NoError(t, err, "a busy service is healthy")
	for _, done := range ends {
		done()
	}
	for range 50 { // Check takes no place
		require.NoError(t, limiter.Check(t.Context(), overload.Low))
	}
	assert.Equal(t, 2, int(sum(t, registry, "overload_shed_total")))
	assert.Zero(t, sum(t, registry, "overload_in_flight"))
}

func TestLimiter_ManyGoroutines_EveryPlaceComesBack(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	limiter := overload.New(withBounds(config.Defaults[overload.Config](), 5, 50), registry, time.Now)
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			for range 200 {
				if done, err := limiter.Admit(t.Context(), overload.Normal); err == nil {
					done()
				}
			}
		})
	}
	wait.Wait()
	assert.Zero(t, sum(t, registry, "overload_in_flight"))
}

func TestRetryAfter_DiffersBetweenCallers(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[overload.Config]()
	limiter := overload.New(cfg, prometheus.NewRegistry(), time.Now)
	seen := map[time.Duration]bool{}
	for range 20 {
		after := limiter.RetryAfter()
		assert.GreaterOrEqual(t, after, cfg.RetryAfter/2)
		assert.Less(t, after, cfg.RetryAfter*3/2)
		seen[after] = true
	}
	assert.Greater(t, len(seen), 10, "callers must not come back together")
}

func withBounds(cfg overload.Config, least, most int) overload.Config {
	cfg.Min, cfg.Max = least, most
	return cfg
}

func sum(t *testing.T, registry *prometheus.Registry, name string) (total float64) {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return total
}
