package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/breaker"
	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

var config = breaker.Config{FailureRatio: 0.5, MinRequests: 4, Window: time.Minute, OpenFor: time.Hour, HalfOpenRequests: 2}

type fixture struct {
	*breaker.Breaker
	registry *prometheus.Registry
	logs     *observer.ObservedLogs
}

func newFixture(cfg breaker.Config) fixture {
	core, logs := observer.New(zap.InfoLevel)
	registry := prometheus.NewRegistry()
	return fixture{breaker.New("inventory", cfg, breaker.NewMetrics(registry), zap.New(core)), registry, logs}
}

// value returns the metric of this name.
func (f fixture) value(t *testing.T, name string) float64 {
	t.Helper()
	families, err := f.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue() + family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func (f fixture) calls(n int, err error) {
	for range n {
		_ = f.Do(func() error { return err })
	}
}

// refuses reports whether the breaker makes no call.
func (f fixture) refuses(t *testing.T) bool {
	t.Helper()
	called := false
	err := f.Do(func() error {
		called = true
		return nil
	})
	if !called {
		assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
		assert.Equal(t, breaker.Reason, errs.From(err).Reason)
	}
	return !called
}

func TestDo_Failures_OpenTheBreaker(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"connection":            fmt.Errorf("get: %w", status.Error(codes.Unavailable, "connection refused")),
		"gRPC deadline":         status.Error(codes.DeadlineExceeded, "too slow"),
		"deadline":              fmt.Errorf("get: %w", context.DeadlineExceeded),
		"unknown":               errors.New("EOF"),
		"overloaded":            status.Error(codes.ResourceExhausted, "too many requests"),
		"error of another kind": errs.New(errs.Internal, "INTERNAL", "internal error"),
	} {
		f := newFixture(config)
		f.calls(3, failure)
		assert.False(t, f.refuses(t), "%s: too few calls to judge", name)

		f.calls(1, failure)

		assert.True(t, f.refuses(t), name)
		assert.InDelta(t, 2, f.value(t, "circuit_breaker_state"), 0)
		assert.InDelta(t, 1, f.value(t, "circuit_breaker_opened_total"), 0)
		assert.InDelta(t, 1, f.value(t, "circuit_breaker_rejected_total"), 0)
		assert.Equal(t, 1, f.logs.FilterMessage("circuit breaker changed").Len(), name)
	}
}

func TestDo_StormOfAnswers_KeepsItClosed(t *testing.T) {
	t.Parallel()
	for _, answer := range []error{
		status.Error(codes.NotFound, ""), status.Error(codes.InvalidArgument, ""), status.Error(codes.FailedPrecondition, ""),
		status.Error(codes.AlreadyExists, ""), status.Error(codes.PermissionDenied, ""), status.Error(codes.Unauthenticated, ""),
		status.Error(codes.Aborted, ""), status.Error(codes.Canceled, ""), fmt.Errorf("get: %w", context.Canceled),
		errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "no such product"),
		grpcstatus.Error(errs.New(errs.Unavailable, "OVERLOADED", "overloaded, try again later")),
	} {
		f := newFixture(config)
		f.calls(100, answer)
		assert.False(t, f.refuses(t), "%v says that the dependency works, or nothing", answer)
	}
}

func TestDo_CallersThatGiveUp_HideNoFailures(t *testing.T) {
	t.Parallel()
	f := newFixture(config)
	f.calls(100, context.Canceled)
	f.calls(4, errors.New("down"))
	assert.True(t, f.refuses(t), "a call that was given up says nothing about the dependency")
}

func TestDo_FewFailuresAmongMany_KeepItClosed(t *testing.T) {
	t.Parallel()
	f := newFixture(config)
	for range 50 {
		f.calls(2, nil)
		f.calls(1, errors.New("down"))
	}
	assert.False(t, f.refuses(t), "a third of the calls failed, half would be needed")
}

func TestDo_HalfOpen_LetsFewThroughAndClosesAfterTheirSuccess(t *testing.T) {
	t.Parallel()
	cfg := config
	cfg.OpenFor = time.Millisecond
	f := newFixture(cfg)
	f.calls(4, errors.New("down"))
	f.waitHalfOpen(t)

	// Two probes are under way, so there is no third.
	end, begun, probes := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		probes <- f.Do(func() error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	assert.NoError(t, f.Do(func() error {
		assert.True(t, f.refuses(t), "a dependency that recovers must not get all callers at once")
		return nil
	}))
	close(end)
	require.NoError(t, <-probes)

	assert.False(t, f.refuses(t))
	assert.InDelta(t, 0, f.value(t, "circuit_breaker_state"), 0, "closed after as many successes as probes")
}

func TestDo_HalfOpen_FirstFailureOpensItAgain(t *testing.T) {
	t.Parallel()
	cfg := config
	cfg.OpenFor = time.Millisecond
	f := newFixture(cfg)
	f.calls(4, errors.New("down"))
	f.waitHalfOpen(t)

	f.calls(1, errors.New("still down"))

	assert.InDelta(t, 2, f.value(t, "circuit_breaker_opened_total"), 0)
}

func TestState_NoMoreCalls_IsNotOpenForEver(t *testing.T) {
	t.Parallel()
	cfg := config
	cfg.OpenFor = time.Millisecond
	f := newFixture(cfg)

	f.calls(4, errors.New("down"))

	assert.Eventually(t, func() bool { return f.value(t, "circuit_breaker_state") == 1 }, 10*time.Second, time.Millisecond,
		"an alert would fire through a night in which no call tries the dependency")
}

// waitHalfOpen returns when the breaker has let a first call through, which the caller of the breaker gave up.
func (f fixture) waitHalfOpen(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		return errors.Is(f.Do(func() error { return context.Canceled }), context.Canceled)
	}, 10*time.Second, time.Millisecond)
	require.InDelta(t, 1, f.value(t, "circuit_breaker_state"), 0)
}
