package middleware_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shop/gateway/internal/middleware"
)

// zzgLimiter is a Limiter of the learner, with a clock that stands still.
type zzgLimiter struct {
	t       *testing.T
	limiter *middleware.Limiter
	clock   *zzgClock
	what    string
}

func zzgNewLimiter(t *testing.T, perSecond float64, burst, most int, sweep time.Duration) zzgLimiter {
	t.Helper()
	clock := zzgNewClock()
	defer zzgCrash(t, "NewLimiter")
	limiter := middleware.NewLimiter(middleware.Limit{PerSecond: perSecond, Burst: burst}, middleware.Buckets{Max: most, SweepInterval: sweep}, clock.now)
	return zzgLimiter{t, limiter, clock, fmt.Sprintf("a limit of %g per second and a burst of %d", perSecond, burst)}
}

func (l zzgLimiter) take(client, route string) (time.Duration, bool) {
	l.t.Helper()
	defer zzgCrash(l.t, "Take")
	return l.limiter.Take(client, route)
}

// allows takes n tokens.
func (l zzgLimiter) allows(id, client string, n int, what, why string) {
	l.t.Helper()
	for i := range n {
		if wait, ok := l.take(client, "GET /x"); !ok || wait != 0 {
			zzgFail(l.t, zzgFailure{id, fmt.Sprintf("%s: %s, request %d of %d", l.what, what, i+1, n), "allowed, no wait", fmt.Sprintf("%t, wait %s", ok, wait), why})
		}
	}
}

// refuses finds no token, and returns how long to wait for one.
func (l zzgLimiter) refuses(id, client, what, why string) time.Duration {
	l.t.Helper()
	wait, ok := l.take(client, "GET /x")
	if ok {
		zzgFail(l.t, zzgFailure{id, l.what + ": " + what, "refused", "allowed", why})
	}
	return wait
}

func TestZZGatewayBucket(t *testing.T) {
	const (
		burst   = "a page loads ten things at once, and then nothing for a minute"
		rate    = "without a limit one client takes the capacity of all"
		onePage = "a client that comes back too early must not be locked out for it"
	)
	l := zzgNewLimiter(t, 10, 3, 1000, time.Hour)
	l.allows("burst", "a", 3, "the burst of a new client", burst)
	wait := l.refuses("limit", "a", "one request more than the burst, at the same time", rate)
	if wait < 99*time.Millisecond || wait > 101*time.Millisecond {
		zzgFail(t, zzgFailure{"wait", l.what + ": one request more than the burst", "wait 100 ms, until the next token", wait.String(), "Retry-After is made of it"})
	}
	l.clock.forward(40 * time.Millisecond)
	if wait = l.refuses("limit", "a", "40 ms later", rate); wait < 59*time.Millisecond || wait > 61*time.Millisecond {
		zzgFail(t, zzgFailure{"wait", l.what + ": 40 ms after the burst", "wait 60 ms, what is left", wait.String(), "Retry-After is made of it"})
	}
	for range 50 {
		l.refuses("limit", "a", "again at once", rate)
	}
	l.clock.forward(61 * time.Millisecond)
	l.allows("refused-takes", "a", 1, "101 ms after the burst, and 52 requests that were refused", onePage)
	l.refuses("limit", "a", "a second request after 101 ms", "one token comes in 100 ms")
	l.clock.forward(250 * time.Millisecond)
	l.allows("rate", "a", 2, "two tokens after another 250 ms", "tokens come one by one, and not all at the end of a second")
	l.refuses("limit", "a", "a third request after 250 ms", rate)
	l.clock.forward(time.Hour)
	l.allows("burst", "a", 3, "the burst after an hour", burst)
	l.refuses("limit", "a", "a fourth request after an hour", "unused tokens are kept up to the burst, and no more")

	keys := zzgNewLimiter(t, 0.001, 1, 1000, time.Hour)
	for _, key := range [][2]string{{"a", "GET /x"}, {"a", "GET /y"}, {"b", "GET /x"}, {"ab", "c"}, {"a", "bc"}, {"", "abc"}} {
		if _, ok := keys.take(key[0], key[1]); !ok {
			zzgFail(t, zzgFailure{"key", fmt.Sprintf("the first request of client %q to route %q", key[0], key[1]), "allowed", "refused", "each client has its own tokens for each route"})
		}
		if _, ok := keys.take(key[0], key[1]); ok {
			zzgFail(t, zzgFailure{"limit", fmt.Sprintf("the second request of client %q to route %q, with a burst of 1", key[0], key[1]), "refused", "allowed", rate})
		}
	}
	for _, between := range []string{" ", "|", ":", "/", "-", "_", ",", ";", "#", "@", "\x00", "\n", "\t", "::", "||", "->", "=", "+", "&"} {
		keys.take("left"+between+"middle", "right")
		if _, ok := keys.take("left", "middle"+between+"right"); !ok {
			zzgFail(t, zzgFailure{"key", fmt.Sprintf("client %q on route %q, after client %q on route %q", "left", "middle"+between+"right", "left"+between+"middle", "right"), "allowed", "refused", "the limit of the login is by the name that the client sends: with a name that is made for it they empty the bucket of another"})
		}
	}
	none := zzgLimiter{t: t, what: "no limit"}
	if wait, ok := none.take("a", "GET /x"); !ok || wait != 0 {
		zzgFail(t, zzgFailure{"nil", "Take of a nil Limiter", "allowed", fmt.Sprintf("%t, wait %s", ok, wait), "a limit of 0 per second is no limit, and its Limiter is nil"})
	}
	zzgTogether(t)
}

// zzgTogether takes from several goroutines.
func zzgTogether(t *testing.T) {
	t.Helper()
	const burst, workers, each = 100, 8, 200
	l := zzgNewLimiter(t, 0.001, burst, 100_000, time.Hour)
	var allowed atomic.Int64
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := range each {
				if _, ok := l.limiter.Take("same", "GET /x"); ok {
					allowed.Add(1)
				}
				l.limiter.Take(strconv.Itoa(w)+"-"+strconv.Itoa(i), "GET /x")
			}
		})
	}
	all.Wait()
	if got := allowed.Load(); got != burst {
		zzgFail(t, zzgFailure{"together", fmt.Sprintf("%d requests of one client, from %d goroutines, with a burst of %d", workers*each, workers, burst), fmt.Sprintf("%d are allowed", burst), strconv.FormatInt(got, 10), "a gateway serves all requests at the same time"})
	}
}
