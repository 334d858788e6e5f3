package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

func TestZZBreakerOpens(t *testing.T) {
	zzcRun(t, func(f *zzcFixture) {
		f.calls(3, zzcDown)
		f.mustBeClosed("too-early", "after three failed calls, with MinRequests 4",
			"one call that fails at night, with no other calls, is no outage")
	})
	for _, failure := range []struct {
		name string
		err  error
	}{
		{"an error without a code", zzcDown},
		{"a wrapped error without a code", fmt.Errorf("get: %w", zzcDown)},
		{"the gRPC status Unavailable", fmt.Errorf("get: %w", status.Error(codes.Unavailable, "refused"))},
		{"the gRPC status DeadlineExceeded", status.Error(codes.DeadlineExceeded, "slow")},
		{"context.DeadlineExceeded", fmt.Errorf("get: %w", context.DeadlineExceeded)},
		{"the gRPC status Internal", status.Error(codes.Internal, "bug")},
		{"the gRPC status ResourceExhausted", status.Error(codes.ResourceExhausted, "too many")},
		{"errs.Unavailable", errs.New(errs.Unavailable, "DRAINING", "draining")},
		{"errs.DeadlineExceeded", errs.New(errs.DeadlineExceeded, "SLOW", "slow")},
		{"errs.Internal", errs.New(errs.Internal, "INTERNAL", "bug")},
		{"errs.RateLimited", errs.New(errs.RateLimited, "SLOW_DOWN", "slow down")},
	} {
		zzcRun(t, func(f *zzcFixture) {
			for i := range 4 {
				if err := f.circuit.Do(func() error { return failure.err }); !errors.Is(err, failure.err) {
					f.fail("error-lost", "the error of a call did not reach the caller", failure.err.Error(), fmt.Sprint(err),
						"only the caller knows what it means")
				}
				if i == 2 {
					f.mustMetric("state", "circuit_breaker_state", "0", "after three failures of at least four calls")
				}
			}
			f.mustRefuse("failure-not-counted", "after four failures: "+failure.name, "a dependency that fails in this way is called on and on")
			f.mustMetric("state", "circuit_breaker_state", "2", "while the breaker is open")
			f.mustMetric("opened", "circuit_breaker_opened_total", "1", "after it has opened")
			f.mustMetric("rejected", "circuit_breaker_rejected_total", "1", "after one call was refused")
		})
	}
	zzcRun(t, func(f *zzcFixture) {
		for range 20 {
			f.calls(2, nil)
			f.calls(1, zzcDown)
		}
		f.mustBeClosed("ratio", "although a third of the calls failed, with FailureRatio 0.5",
			"a dependency that answers most calls is worth calling")
	})
	zzcRun(t, func(f *zzcFixture) {
		for range 2 {
			f.calls(1, nil)
			f.calls(1, zzcDown)
		}
		f.mustRefuse("ratio", "although every other call failed, with FailureRatio 0.5", "a success now and then does not make it healthy")
	})
	zzcRun(t, func(f *zzcFixture) {
		f.calls(3, zzcDown)
		f.pass(2 * zzcConfig.Window)
		f.calls(1, zzcDown)
		f.mustBeClosed("window", "although three of four failures are older than Window",
			"one failure an hour adds up to an outage after a day")
	})
	zzcRun(t, func(f *zzcFixture) {
		f.calls(1000, nil)
		f.pass(2 * zzcConfig.Window)
		f.calls(4, zzcDown)
		f.mustRefuse("window", "because of a thousand successes that are older than Window",
			"the longer it was healthy, the later you would notice")
	})
	zzcRun(t, func(f *zzcFixture) {
		other := zzcNew(f.T, zzcConfig)
		f.open()
		other.mustBeClosed("shared", "because the breaker of another dependency is", "one dependency that is down must not take the others with it")
	})
	zzcRun(t, func(f *zzcFixture) {
		for range 4 {
			zzcPanic(f)
		}
		f.mustRefuse("panic", "after four calls that panicked", "a call that panicked has failed")
	})
}

// zzcPanic makes a call that panics, and requires that the panic reaches the caller.
func zzcPanic(f *zzcFixture) {
	defer func() {
		if recover() == nil {
			f.fail("panic", "the panic of a call did not reach the caller", "the panic goes on", "Do returned",
				"the server's own recovery logs it")
		}
	}()
	_ = f.circuit.Do(func() error { panic("bug") })
}

func TestZZBreakerAnswers(t *testing.T) {
	zzcRun(t, func(f *zzcFixture) { f.open() }) // a breaker that never opens has proved nothing
	var answers []error
	for _, code := range []codes.Code{
		codes.NotFound, codes.InvalidArgument, codes.FailedPrecondition, codes.AlreadyExists, codes.PermissionDenied, codes.Unauthenticated,
		codes.Aborted, codes.OutOfRange,
	} {
		answers = append(answers, fmt.Errorf("get: %w", status.Error(code, "no")))
	}
	for _, code := range []errs.Code{
		errs.NotFound, errs.InvalidInput, errs.Precondition, errs.Conflict, errs.AlreadyExists, errs.Forbidden, errs.Unauthorized, errs.Aborted,
	} {
		answers = append(answers, errs.New(code, "NO", "no"))
	}
	for _, answer := range answers {
		zzcRun(t, func(f *zzcFixture) {
			f.calls(100, answer)
			f.mustBeClosed("answer", fmt.Sprintf("after 100 calls that ended with %q", answer),
				"this is an answer of a dependency that works: one client with wrong requests would close the shop for all")
		})
		zzcRun(t, func(f *zzcFixture) {
			f.calls(10, answer)
			f.calls(4, zzcDown)
			f.mustBeClosed("answer-not-counted", fmt.Sprintf("after four failures and ten times %q", answer),
				"an answer is a success of the dependency, so only four of fourteen calls failed")
		})
	}
	for _, gaveUp := range []error{
		status.Error(codes.Canceled, ""), fmt.Errorf("get: %w", context.Canceled), errs.New(errs.Canceled, "CANCELED", "canceled"),
	} {
		zzcRun(t, func(f *zzcFixture) {
			f.calls(100, gaveUp)
			f.mustBeClosed("canceled", fmt.Sprintf("after 100 callers gave up (%v)", gaveUp),
				"people who close the page say nothing about the dependency")
		})
		zzcRun(t, func(f *zzcFixture) {
			f.calls(100, gaveUp)
			f.calls(4, zzcDown)
			f.mustRefuse("canceled-hides", fmt.Sprintf("because 100 callers gave up (%v) and count as successes", gaveUp),
				"all calls that had an outcome failed; callers give up exactly when the dependency is slow")
		})
	}
}

func TestZZBreakerHalfOpen(t *testing.T) {
	zzcRun(t, func(f *zzcFixture) {
		f.open()
		f.pass(zzcConfig.OpenFor * 9 / 10)
		f.mustRefuse("open-for", "before OpenFor is over", "the dependency needs the time to recover")
		f.pass(zzcConfig.OpenFor)
		f.probes()
	})
	zzcRun(t, func(f *zzcFixture) {
		f.halfOpen()
		f.calls(2, nil)
		f.mustMetric("state", "circuit_breaker_state", "1", "after two of three calls that must succeed")
		f.calls(1, zzcDown)
		f.mustRefuse("closes-early", "after a failure while it was half-open",
			"the first failure opens it again: the dependency is still down")
		f.mustMetric("opened", "circuit_breaker_opened_total", "2", "after it has opened again")
		f.pass(zzcConfig.OpenFor * 9 / 10)
		f.mustRefuse("open-for", "before OpenFor is over for the second time", "the dependency needs the time to recover")
		f.pass(zzcConfig.OpenFor)
		f.probes()
	})
	zzcRun(t, func(f *zzcFixture) {
		f.halfOpen()
		f.calls(20, context.Canceled)
		if got := f.metric("circuit_breaker_state"); got != "1" {
			f.fail("canceled-probe", "probes that were given up changed the state", "half-open (1)", got,
				"they say nothing about the dependency")
		}
		f.probes()
	})
	zzcRun(t, func(f *zzcFixture) {
		f.halfOpen()
		f.calls(3, status.Error(codes.NotFound, "no"))
		f.mustMetric("state", "circuit_breaker_state", "0", "after three probes were answered, with NotFound")
	})
	zzcRun(t, func(f *zzcFixture) {
		f.halfOpen()
		zzcPanic(f)
		f.pass(2 * zzcConfig.OpenFor)
		f.probes()
	})
	zzcRun(t, func(f *zzcFixture) {
		answer, done := make(chan error, 1), make(chan struct{})
		defer close(answer) // also when the test ends early
		go func() {
			defer close(done)
			_ = f.circuit.Do(func() error { return <-answer })
		}()
		synctest.Wait()
		f.halfOpen()
		answer <- zzcDown
		<-done
		if !f.made() {
			f.fail("late", "a call that began before the breaker opened opened it again", "half-open", "open",
				"its failure is old news: the dependency may have recovered since")
		}
	})
}

// halfOpen opens the breaker and lets OpenFor pass. The first call, which its caller gives up, shows that it is half-open.
func (f *zzcFixture) halfOpen() {
	f.Helper()
	f.open()
	f.pass(zzcConfig.OpenFor * 11 / 10)
	called := false
	_ = f.circuit.Do(func() error { called = true; return context.Canceled })
	if !called {
		f.fail("stays-open", "the breaker makes no call after OpenFor", "a probe", "the call was refused",
			"it would never find out that the dependency is back")
	}
	f.mustMetric("state", "circuit_breaker_state", "1", "when OpenFor is over and a probe was made")
}

// probes makes many calls at once while the breaker is half-open, and requires that few are made, and that it closes when they succeed.
func (f *zzcFixture) probes() {
	f.Helper()
	const callers = 20
	var made, refused, atOnce atomic.Int64
	answer, outcomes := make(chan struct{}), make(chan error, callers)
	for range callers {
		go func() {
			called := false
			err := f.circuit.Do(func() error {
				called = true
				made.Add(1)
				<-answer
				return nil
			})
			if !called {
				refused.Add(1)
				outcomes <- err
				return
			}
			outcomes <- nil
		}()
	}
	synctest.Wait()
	atOnce.Store(made.Load())
	close(answer)
	var refusal error
	for range callers {
		if err := <-outcomes; err != nil {
			refusal = err
		}
	}
	limit := int64(zzcConfig.HalfOpenRequests)
	switch {
	case atOnce.Load() == 0:
		f.fail("stays-open", "the breaker makes no call after OpenFor", "a probe", "20 calls were refused",
			"it would never find out that the dependency is back")
	case atOnce.Load() > limit:
		f.fail("too-many-probes", "a half-open breaker made too many calls at once", fmt.Sprintf("at most %d of %d", limit, callers),
			fmt.Sprint(atOnce.Load()), "a dependency that has just recovered falls over again when all callers arrive at once")
	case refused.Load() > 0:
		f.refusal(refusal)
	}
	f.calls(int(limit), nil) // for a breaker that makes one probe at a time
	for range 10 {
		f.mustBeClosed("never-closes", fmt.Sprintf("although %d probes have succeeded", limit), "the dependency is back")
	}
	f.mustMetric("state", "circuit_breaker_state", "0", "when the probes have succeeded")
}
