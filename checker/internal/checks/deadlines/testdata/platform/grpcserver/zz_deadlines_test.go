// Hidden checks of the lesson on deadlines. They use only names that the lesson gives. Time in them is that of package synctest: it passes
// only while all goroutines wait.
package grpcserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
)

type zzdFailure struct{ id, sentence, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

type zzdKey struct{}

// zzdLeft says how much time a context has.
func zzdLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return "no deadline"
	}
	return time.Until(deadline).String()
}

const (
	zzdGet   = "/test.Shop/Get"
	zzdWatch = "/test.Shop/Watch"
)

func TestZZDeadlinesServer(t *testing.T) {
	for _, judge := range []func(*testing.T){zzdDefault, zzdOfTheCaller, zzdLimit, zzdProbes, zzdEnds, zzdKept} {
		if !t.Failed() {
			synctest.Test(t, judge)
		}
	}
}

// zzdHas is the time that the handler behind an interceptor has.
func zzdHas(t *testing.T, i interceptor, ctx context.Context, method string) (left string) {
	t.Helper()
	left = "the handler was not called"
	if err := i(ctx, method, func(ctx context.Context) error {
		left = zzdLeft(ctx)
		return nil
	}); err != nil {
		zzdFail(t, zzdFailure{"kept", "a call whose handler returns no error", "no error", err.Error(), "the interceptor changes the deadline and nothing else"})
	}
	return left
}

// zzdDefault judges unary calls that come without a deadline.
func zzdDefault(t *testing.T) {
	for _, timeout := range []time.Duration{30 * time.Second, 2 * time.Second} {
		i := defaultDeadline(timeout)
		for range 2 { // each call has its own time
			if left := zzdHas(t, i, t.Context(), zzdGet); left != timeout.String() {
				zzdFail(t, zzdFailure{"default", fmt.Sprintf("defaultDeadline(%v): a call that comes without a deadline", timeout), "the handler has " + timeout.String(), left,
					"a call without an end holds its goroutine, and calls below it have no deadline to pass on either"})
			}
			time.Sleep(time.Second)
		}
	}
}

// zzdOfTheCaller judges unary calls that come with a deadline.
func zzdOfTheCaller(t *testing.T) {
	for _, has := range []time.Duration{50 * time.Millisecond, 9 * time.Second, 90 * time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), has)
		defer cancel()
		if left := zzdHas(t, defaultDeadline(30*time.Second), ctx, zzdGet); left != has.String() {
			zzdFail(t, zzdFailure{"of-the-caller", fmt.Sprintf("defaultDeadline(30s): a call that comes with a deadline in %v", has), "the handler has " + has.String(), left,
				"the caller knows how long it waits: a longer time is work for a caller that is gone, a shorter one ends a report that it waits for"})
		}
	}
}

// zzdLimit judges streams.
func zzdLimit(t *testing.T) {
	for _, limit := range []time.Duration{15 * time.Minute, 2 * time.Minute} {
		i := limitDuration(limit)
		if left := zzdHas(t, i, t.Context(), zzdWatch); left != limit.String() {
			zzdFail(t, zzdFailure{"stream", fmt.Sprintf("limitDuration(%v): a stream that comes without a deadline", limit), "the handler has " + limit.String(), left,
				"a client that forgets a stream keeps it for ever, and it outlives the token with which it was opened"})
		}
		for has, gets := range map[time.Duration]time.Duration{time.Second: time.Second, time.Hour: limit} {
			ctx, cancel := context.WithTimeout(t.Context(), has)
			defer cancel()
			if left := zzdHas(t, i, ctx, zzdWatch); left != gets.String() {
				zzdFail(t, zzdFailure{"stream", fmt.Sprintf("limitDuration(%v): a stream that comes with a deadline in %v", limit, has), "the handler has " + gets.String(), left,
					"the earlier of both ends a stream: a client may want less, and must not get more"})
			}
		}
	}
}

// zzdProbes judges streams of the health service.
func zzdProbes(t *testing.T) {
	if left := zzdHas(t, limitDuration(15*time.Minute), t.Context(), healthpb.Health_Watch_FullMethodName); left != "no deadline" {
		zzdFail(t, zzdFailure{"probes", "a stream of the health service", "no deadline", left,
			"a load balancer takes the end of its health stream for a failure: all replicas would fail every 15 minutes"})
	}
	if left := zzdHas(t, limitDuration(15*time.Minute), t.Context(), reflectionpb.ServerReflection_ServerReflectionInfo_FullMethodName); left != "15m0s" {
		zzdFail(t, zzdFailure{"stream", "limitDuration(15m): a stream of reflection that comes without a deadline", "the handler has 15m0s", left,
			"only streams of the health service may last: reflection needs no token, and a stranger could keep thousands of streams open"})
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if left := zzdHas(t, limitDuration(15*time.Minute), ctx, healthpb.Health_Watch_FullMethodName); left != "1m0s" {
		zzdFail(t, zzdFailure{"probes", "a stream of the health service that comes with a deadline in 1m", "1m0s", left, "it is the client's own deadline"})
	}
}

// zzdInterceptors are both, by the kind of call that they are for.
func zzdInterceptors(limit time.Duration) map[string]interceptor {
	return map[string]interceptor{zzdGet: defaultDeadline(limit), zzdWatch: limitDuration(limit)}
}

// zzdEnds judges handlers that wait for a frozen service, until the time is up or the client hangs up.
func zzdEnds(t *testing.T) {
	for _, method := range []string{zzdGet, zzdWatch} {
		i := zzdInterceptors(30 * time.Second)[method]
		wait := func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Hour):
				return nil
			}
		}
		begin := time.Now()
		if err := i(t.Context(), method, wait); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 30*time.Second {
			zzdFail(t, zzdFailure{"ends", "the handler of " + method + " waits for a frozen service, with a bound of 30s", "DeadlineExceeded after 30s",
				fmt.Sprintf("%v after %v", err, time.Since(begin)), "calls that do not end fill the server, until it is as frozen as the service that it waits for"})
		}
		for _, has := range []time.Duration{0, 10 * time.Second} {
			begin = time.Now()
			ctx, hangUp := context.WithCancel(t.Context())
			defer hangUp()
			time.AfterFunc(time.Second, hangUp)
			if has > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, has)
				defer cancel()
			}
			if err := i(ctx, method, wait); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
				zzdFail(t, zzdFailure{"gone", "the client of " + method + " hangs up after 1s", "Canceled after 1s", fmt.Sprintf("%v after %v", err, time.Since(begin)),
					"the handler, and all services that it has called, work for a client that is gone"})
			}
		}
	}
}

// zzdKept judges what the interceptors are not to change, and what they leave behind.
func zzdKept(t *testing.T) {
	for _, method := range []string{zzdGet, zzdWatch} {
		broken := errors.New("no tea")
		var kept context.Context
		err := zzdInterceptors(30 * time.Second)[method](context.WithValue(t.Context(), zzdKey{}, "trace"), method, func(ctx context.Context) error {
			kept = ctx
			return broken
		})
		if err != broken || kept == nil || kept.Value(zzdKey{}) != "trace" {
			zzdFail(t, zzdFailure{"kept", "a call of " + method + " whose handler returns an error", "the error itself, and the values of the context", fmt.Sprintf("%v, %v", err, kept),
				"the interceptor changes the deadline and nothing else"})
		}
		if kept.Err() == nil {
			zzdFail(t, zzdFailure{"released", "a call of " + method + " has ended, and its context has not", "an ended context", "its timer runs on: " + zzdLeft(kept),
				"a server that answers 1000 calls per second keeps 30000 contexts with their timers in memory"})
		}
	}
}
