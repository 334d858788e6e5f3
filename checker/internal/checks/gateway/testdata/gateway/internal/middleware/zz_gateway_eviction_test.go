package middleware_test

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestZZGatewayEviction(t *testing.T) {
	zzgShared(t)
	zzgKept(t)
	zzgSoon(t)
	zzgCheap(t)
	zzgMemory(t)
}

// zzgShared fills a Limiter.
func zzgShared(t *testing.T) {
	t.Helper()
	l := zzgNewLimiter(t, 0.1, 2, 3, time.Minute)
	for _, client := range []string{"a", "b", "c"} {
		l.allows("own", client, 1, "client "+client+", one of the first three", "there is room for three")
	}
	const shared = "Max is 3, and there are 3 already: further clients share one bucket, because an attacker has more addresses than the gateway has memory"
	l.allows("locked-out", "d", 1, "a fourth client", "further clients share a bucket, they are not locked out")
	l.allows("locked-out", "e", 1, "a fifth client, the second request to the shared bucket", "further clients share a bucket, they are not locked out")
	l.refuses("shared", "f", "a sixth client, the third request to the shared bucket", shared)
	l.refuses("shared", "g", "a seventh client, the fourth request to the shared bucket", shared)
	if _, ok := l.take("h", "POST /y"); ok {
		zzgFail(t, zzgFailure{"shared", "an eighth client on another route, the fifth request to the shared bucket", "429", "it is served", shared})
	}
	l.allows("own", "a", 1, "the second request of a, one of the first three", "who was there before the flood keeps what they have")
	l.refuses("reset", "a", "the third request of a", "a bucket that makes room for another gives its owner a new burst")

	l.clock.forward(3 * time.Minute)
	const again = "all buckets were full again long ago: they are removed, and there is room"
	l.allows("never", "a", 2, "a after three minutes", again)
	for _, client := range []string{"h", "i"} {
		l.allows("never", client, 2, "the new client "+client+" after three minutes", again)
		l.refuses("never", client, "the third request of "+client, "it has a bucket of its own")
	}
}

// zzgKept looks for buckets that are forgotten too early.
func zzgKept(t *testing.T) {
	t.Helper()
	const forgotten = "a client could have the burst again and again: it waits until it is forgotten"
	l := zzgNewLimiter(t, 0.001, 5, 1000, time.Minute)
	l.allows("own", "greedy", 5, "a client takes its burst", "it is new")
	for range 10 {
		l.clock.forward(61 * time.Second)
		l.take("other", "GET /x")
	}
	l.refuses("reset", "greedy", "ten minutes later, when the next token is due after 17 minutes", forgotten)
	l.clock.forward(10 * time.Minute)
	l.take("other", "GET /x")
	l.allows("own", "greedy", 1, "20 minutes later", "one token has come")
	l.refuses("reset", "greedy", "its second request after 20 minutes", forgotten)

	full := zzgNewLimiter(t, 0.001, 1, 2, time.Minute)
	full.allows("own", "greedy", 1, "a client takes its burst", "it is new")
	for i := range 200 {
		full.take("flood-"+strconv.Itoa(i), "GET /x")
		full.clock.forward(time.Second)
	}
	full.refuses("reset", "greedy", "after 200 other clients, with room for 2", "an attacker who sends from many addresses would reset the limit of each")
}

// zzgSoon looks how soon a full Limiter has room again.
func zzgSoon(t *testing.T) {
	t.Helper()
	l := zzgNewLimiter(t, 10, 2, 3, time.Minute)
	for i := range 30 {
		l.take("flood-"+strconv.Itoa(i), "GET /x")
	}
	l.clock.forward(1001 * time.Millisecond)
	l.take("flood-0", "GET /x")
	for _, client := range []string{"a", "b"} {
		l.allows("late", client, 2, "the new client "+client+", a second after 30 others; SweepInterval is a minute, Max is 3", "a full Limiter looks after a sixtieth of SweepInterval: otherwise one flood puts all customers into one bucket for a minute")
	}
}

// zzgCheap sends many new clients to a Limiter that is full of buckets in use.
func zzgCheap(t *testing.T) {
	t.Helper()
	const most, more, patience = 20_000, 10_000, 2 * time.Second
	l := zzgNewLimiter(t, 0.001, 1, most, time.Minute)
	started := time.Now()
	for i := range most {
		l.take(strconv.Itoa(i), "GET /x")
	}
	limit := max(patience, 10*time.Since(started)) // a busy machine fills the Limiter slowly too
	started = time.Now()
	for i := range more {
		l.take("more-"+strconv.Itoa(i), "GET /x")
		if time.Since(started) > limit {
			zzgFail(t, zzgFailure{"cost", fmt.Sprintf("%d new clients at the same moment, when %d buckets are in use", more, most), "Take looks at all buckets at most once in a sixtieth of SweepInterval", fmt.Sprintf("%d calls of Take needed %s", i+1, limit), "the flood that the limit is for would keep the processor busy, and all requests wait for the lock"})
		}
	}
}

// zzgMemory measures what a Limiter keeps when its clients are gone. The names of the clients are long, so that they can be seen.
func zzgMemory(t *testing.T) {
	t.Helper()
	const clients, length = 50, 64 << 10
	l := zzgNewLimiter(t, 10, 1, 100_000, time.Minute)
	before := zzgHeap()
	for i := range clients {
		l.take(strconv.Itoa(i)+strings.Repeat("x", length), "GET /x")
	}
	for range 3 {
		l.clock.forward(61 * time.Second)
		l.take("late", "GET /x")
	}
	after := zzgHeap()
	runtime.KeepAlive(l.limiter)
	if kept := after - before; kept > clients*length/4 {
		zzgFail(t, zzgFailure{"memory", fmt.Sprintf("%d clients with names of %d bytes, three minutes after their only request; SweepInterval is a minute, Max is 100,000", clients, length), "their buckets are removed", fmt.Sprintf("%d bytes are still in use", kept), "a map that only grows is a memory leak"})
	}
}

func zzgHeap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
