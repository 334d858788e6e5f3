package grpcclient_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/grpcstatus"
)

// planned is a server whose attempts end as the plan says. Check may be repeated, List may not.
type planned struct {
	healthpb.UnimplementedHealthServer
	plan     func(ctx context.Context, attempt int64) error
	attempts atomic.Int64
	mu       sync.Mutex
	times    []time.Time
}

func (p *planned) Check(ctx context.Context, _ *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	return &healthpb.HealthCheckResponse{}, p.next(ctx)
}

func (p *planned) List(ctx context.Context, _ *healthpb.HealthListRequest) (*healthpb.HealthListResponse, error) {
	return &healthpb.HealthListResponse{}, p.next(ctx)
}

func (p *planned) next(ctx context.Context) error {
	p.mu.Lock()
	p.times = append(p.times, time.Now())
	p.mu.Unlock()
	return p.plan(ctx, p.attempts.Add(1))
}

// pause returns the time between two attempts.
func (p *planned) pause(before int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.times[before+1].Sub(p.times[before])
}

var (
	unavailable = status.Error(codes.Unavailable, "draining")
	retries     = grpcclient.Methods{
		healthpb.Health_Check_FullMethodName: grpcclient.Repeat("a read"),
		healthpb.Health_List_FullMethodName:  grpcclient.Once("for the test"),
	}
)

// failFirst makes the first attempts fail.
func failFirst(n int64, err error) func(context.Context, int64) error {
	return func(_ context.Context, attempt int64) error {
		if attempt <= n {
			return err
		}
		return nil
	}
}

func quick() grpcclient.Config {
	cfg := config.Defaults[grpcclient.Config]()
	cfg.Retry.BackoffBase, cfg.Retry.BackoffMax = time.Millisecond, 4*time.Millisecond
	return cfg
}

func newPlanned(
	t *testing.T, plan func(ctx context.Context, attempt int64) error, opts ...grpcclient.Option,
) (*planned, healthpb.HealthClient, *prometheus.Registry) {
	t.Helper()
	p, registry := &planned{plan: plan}, prometheus.NewRegistry()
	opts = append([]grpcclient.Option{
		grpcclient.WithConfig(quick()), grpcclient.WithRetries(retries), grpcclient.WithMetrics(grpcclient.NewMetrics(registry)),
	}, opts...)
	return p, dial(t, serve(t, p), opts...), registry
}

func check(ctx context.Context, client healthpb.HealthClient) error {
	_, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
	return err
}

func TestRetries_Unavailable_IsRepeatedUpToThreeAttempts(t *testing.T) {
	t.Parallel()
	p, client, _ := newPlanned(t, failFirst(2, unavailable))
	require.NoError(t, check(t.Context(), client))
	assert.EqualValues(t, 3, p.attempts.Load())

	p, client, _ = newPlanned(t, failFirst(100, grpcstatus.Error(errs.New(errs.Unavailable, "OVERLOADED", "try again later"))))
	err := check(t.Context(), client)
	assert.EqualValues(t, 3, p.attempts.Load())
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Equal(t, "OVERLOADED", errs.From(err).Reason)
	assert.Equal(t, "try again later", errs.From(err).Message, "gRPC's text about its attempts is for the log")
}

func TestRetries_OtherCodes_AreNotRepeated(t *testing.T) {
	t.Parallel()
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		if code == codes.Unavailable {
			continue
		}
		p, client, _ := newPlanned(t, failFirst(100, status.Error(code, "no")))
		assert.Error(t, check(t.Context(), client))
		assert.EqualValues(t, 1, p.attempts.Load(), "%v", code)
	}
}

func TestRetries_MethodThatIsNotIdempotent_IsNeverRepeated(t *testing.T) {
	t.Parallel()
	p, client, _ := newPlanned(t, failFirst(100, unavailable))

	for range 20 {
		_, err := client.List(t.Context(), &healthpb.HealthListRequest{})
		require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	}

	assert.EqualValues(t, 20, p.attempts.Load())
}

func TestRetries_MethodThatIsNotNamed_IsNeverRepeated(t *testing.T) {
	t.Parallel()
	p, client, _ := newPlanned(t, failFirst(100, unavailable), grpcclient.WithRetries(grpcclient.Methods{}))

	assert.Equal(t, errs.Unavailable, errs.CodeOf(check(t.Context(), client)))

	assert.EqualValues(t, 1, p.attempts.Load())
}

// The dependency must not get more load when it fails: at 50 % failures at most every tenth call may be repeated.
func TestThrottling_HalfOfTheAttemptsFail_AmplificationStaysBelowOnePointOne(t *testing.T) {
	t.Parallel()
	const calls, seed = 1000, 28
	dice := rand.New(rand.NewPCG(seed, seed))
	p, client, _ := newPlanned(t, func(context.Context, int64) error {
		if dice.Float64() < 0.5 { // one call at a time
			return unavailable
		}
		return nil
	})

	for range calls {
		_ = check(t.Context(), client)
	}

	amplification := float64(p.attempts.Load()) / calls
	t.Logf("seed %d: %d calls made %d attempts, %.3f each", seed, calls, p.attempts.Load(), amplification)
	assert.LessOrEqual(t, amplification, 1.1)
	assert.Greater(t, p.attempts.Load(), int64(calls), "the first failures are repeated")
}

func TestThrottling_ClosesAfterFailuresAndOpensAfterSuccesses(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	p, client, _ := newPlanned(t, func(context.Context, int64) error {
		if down.Load() {
			return unavailable
		}
		return nil
	})
	attemptsOf := func() int64 {
		before := p.attempts.Load()
		_ = check(t.Context(), client)
		return p.attempts.Load() - before
	}
	down.Store(true)
	assert.EqualValues(t, 3, attemptsOf())
	assert.EqualValues(t, 2, attemptsOf(), "the fifth failure leaves half of the ten tokens")
	for range 20 {
		assert.EqualValues(t, 1, attemptsOf(), "throttled")
	}

	down.Store(false)
	for range 70 {
		require.EqualValues(t, 1, attemptsOf())
	}
	down.Store(true)
	assert.EqualValues(t, 2, attemptsOf(), "seven tokens: one failure leaves six, the next one five")
}

func TestPushback_Delay_ReplacesBackoffAndReachesCaller(t *testing.T) {
	t.Parallel()
	const wait = 150 * time.Millisecond
	plan := func(n int64) func(context.Context, int64) error {
		return func(ctx context.Context, attempt int64) error {
			if attempt > n {
				return nil
			}
			_ = grpc.SetTrailer(ctx, metadata.Pairs(grpcstatus.PushbackTrailer, strconv.FormatInt(wait.Milliseconds(), 10)))
			return unavailable
		}
	}
	p, client, _ := newPlanned(t, plan(1))
	require.NoError(t, check(t.Context(), client))
	assert.GreaterOrEqual(t, p.pause(0), wait)

	p, client, _ = newPlanned(t, plan(100))
	err := check(t.Context(), client)
	assert.EqualValues(t, 3, p.attempts.Load())
	assert.Equal(t, wait, errs.From(err).RetryAfter)
}

func TestPushback_Negative_ForbidsRepetition(t *testing.T) {
	t.Parallel()
	p, client, _ := newPlanned(t, func(ctx context.Context, _ int64) error {
		_ = grpc.SetTrailer(ctx, metadata.Pairs(grpcstatus.PushbackTrailer, grpcstatus.DoNotRetry))
		return unavailable
	})

	err := check(t.Context(), client)

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Zero(t, errs.From(err).RetryAfter)
	assert.EqualValues(t, 1, p.attempts.Load())
}

func TestDeadline_SpansAllAttempts(t *testing.T) {
	t.Parallel()
	left := make(chan time.Time, 3)
	p, client, _ := newPlanned(t, func(ctx context.Context, _ int64) error {
		deadline, _ := ctx.Deadline()
		left <- deadline
		return unavailable
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	require.Error(t, check(ctx, client))

	assert.EqualValues(t, 3, p.attempts.Load())
	first := <-left
	for range 2 {
		assert.WithinDuration(t, first, <-left, 10*time.Millisecond, "a repetition gets no time of its own")
	}
}

func TestDeadline_AttemptThatHangs_IsNotRepeated(t *testing.T) {
	t.Parallel()
	p, client, _ := newPlanned(t, func(ctx context.Context, _ int64) error {
		<-ctx.Done()
		return ctx.Err()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	assert.Equal(t, errs.DeadlineExceeded, errs.CodeOf(check(ctx, client)))

	assert.EqualValues(t, 1, p.attempts.Load())
}

func TestMetrics_CountAttemptsByKindAndCode(t *testing.T) {
	t.Parallel()
	_, client, registry := newPlanned(t, failFirst(2, unavailable))
	require.NoError(t, check(t.Context(), client))
	require.NoError(t, check(t.Context(), client))

	assert.Equal(t, map[string]float64{"first Unavailable": 1, "retry Unavailable": 1, "retry OK": 1, "first OK": 1}, counted(t, registry))
}

// counted returns the counters of Check by kind and code.
func counted(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	counts := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			labels := map[string]string{}
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = label.GetValue()
			}
			assert.Equal(t, healthpb.Health_Check_FullMethodName, labels["method"])
			counts[labels["kind"]+" "+labels["code"]] = metric.GetCounter().GetValue()
		}
	}
	return counts
}
