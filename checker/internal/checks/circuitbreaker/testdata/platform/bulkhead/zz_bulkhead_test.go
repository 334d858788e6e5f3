// Hidden checks of the lesson on circuit breakers: the bulkhead. Time in them is that of package synctest.
package bulkhead_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/bulkhead"
	"shop/platform/errs"
)

type zzbFixture struct {
	*testing.T
	limits   *bulkhead.Bulkhead
	registry *prometheus.Registry
}

func zzbRun(t *testing.T, cfg bulkhead.Config, test func(f *zzbFixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		test(&zzbFixture{t, bulkhead.New("stock", cfg, bulkhead.NewMetrics(registry)), registry})
	})
}

// zzbWide limits the concurrency alone.
var zzbWide = bulkhead.Config{Concurrency: 3, Rate: 1e6, Burst: 1e6, MaxWait: time.Second}

func TestZZBulkheadLimits(t *testing.T) {
	zzbRun(t, zzbWide, func(f *zzbFixture) {
		release := f.occupy(3)
		f.mustMetric("bulkhead_in_flight", "3", "while three calls are under way")
		began, called := time.Now(), false
		err := f.limits.Do(f.patience(), func() error { called = true; return nil })
		waited := time.Since(began)
		if called {
			f.fail("concurrency", "a fourth call was made at the same time, with Concurrency 3", "it is refused", "it was made",
				"a slow dependency takes as many goroutines, connections and bytes as there are callers")
		}
		if waited > zzbWide.MaxWait*11/10 {
			f.fail("max-wait", "a call waited too long for its turn", "at most "+zzbWide.MaxWait.String(), waited.String(),
				"a caller that waits is a caller that holds something")
		}
		f.refusal(err)
		f.mustMetric("bulkhead_rejected_total", "1", "after one call was refused")
		f.waitsForItsTurn(release)
	})
	zzbRun(t, zzbWide, func(f *zzbFixture) {
		release := f.occupy(3)
		gone, cancel := context.WithTimeout(f.patience(), zzbWide.MaxWait/2)
		defer cancel()
		err := f.limits.Do(gone, func() error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) || errs.CodeOf(err) != errs.DeadlineExceeded {
			f.fail("caller-gone", "a caller whose time was over got another error", "the error of its ctx", fmt.Sprint(err),
				"the dependency was not busy for too long: the caller left")
		}
		f.mustMetric("bulkhead_rejected_total", "0", "after a caller gave up: nothing was refused")
		release()
	})
	zzbRun(t, zzbWide, func(f *zzbFixture) {
		want := errors.New("EOF")
		for range 10 {
			if err := f.limits.Do(f.patience(), func() error { return want }); !errors.Is(err, want) {
				f.fail("error-lost", "the error of a call did not reach the caller", want.Error(), fmt.Sprint(err),
					"a place was taken and not returned, or the error was replaced")
			}
		}
		for range 10 {
			zzbPanic(f)
		}
		f.mustMake("place-lost", "after ten calls that panicked", "each of them has kept its place: after a few bugs nothing works any more")
		f.mustMetric("bulkhead_in_flight", "0", "when no call is under way")
	})
	zzbRun(t, bulkhead.Config{Concurrency: 100, Rate: 10, Burst: 2, MaxWait: 250 * time.Millisecond}, func(f *zzbFixture) {
		made := f.together(20, 250*time.Millisecond)
		if made > 5 {
			f.fail("rate", "too many calls began in a quarter of a second, with Rate 10 and Burst 2", "at most 5 of 20", fmt.Sprint(made),
				"the dependency gets as many calls as there are callers, and its own limit hits all of them")
		}
		if made < 3 {
			f.fail("rate-no-wait", "too few calls were made, with Rate 10, Burst 2 and MaxWait 250 ms",
				"4 of 20: two at once, and two that wait for their turn", fmt.Sprint(made),
				"who would get a turn within MaxWait may wait for it")
		}
	})
	zzbRun(t, bulkhead.Config{Concurrency: 2, Rate: 0.001, Burst: 1, MaxWait: 10 * time.Millisecond}, func(f *zzbFixture) {
		f.mustMake("too-few", "at the start", "one call is allowed at once")
		if made := f.together(10, 10*time.Millisecond); made > 0 {
			f.fail("rate", "a call was made although the rate does not allow another one", "0 of 10", fmt.Sprint(made),
				"the rate is not looked at")
		}
		time.Sleep(time.Hour)
		f.mustMake("place-lost", "an hour after ten calls were refused by the rate", "each of them has kept its place")
	})
	zzbRun(t, bulkhead.Config{Concurrency: 1, Rate: 1, Burst: 3, MaxWait: 10 * time.Millisecond}, func(f *zzbFixture) {
		release := f.occupy(1)
		f.together(5, 10*time.Millisecond)
		release()
		synctest.Wait()
		f.mustMake("token-lost", "after five calls found no place", "a call that is not made must not use up the rate")
	})
}

// patience returns the context of a caller that has an hour.
func (f *zzbFixture) patience() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	f.Cleanup(cancel)
	return ctx
}

// waitsForItsTurn frees a place while a call waits for one.
func (f *zzbFixture) waitsForItsTurn(release func()) {
	f.Helper()
	done := make(chan error, 1)
	go func() { done <- f.limits.Do(f.patience(), func() error { return nil }) }()
	synctest.Wait()
	time.Sleep(zzbWide.MaxWait / 2)
	release()
	if err := <-done; err != nil {
		f.fail("no-wait", "a call was refused although a place was free before MaxWait was over", "the call is made", err.Error(),
			"a short queue takes up short bursts")
	}
}

// occupy makes calls that are under way until release.
func (f *zzbFixture) occupy(n int) (release func()) {
	f.Helper()
	end := make(chan struct{})
	release = sync.OnceFunc(func() { close(end) })
	f.Cleanup(release)
	var begun atomic.Int64
	for range n {
		go func() {
			_ = f.limits.Do(f.patience(), func() error { begun.Add(1); <-end; return nil })
		}()
	}
	synctest.Wait()
	if got := begun.Load(); got != int64(n) {
		f.fail("too-few", "calls within the limits were not made", fmt.Sprint(n), fmt.Sprint(got),
			"the limit is what may be under way at the same time")
	}
	return release
}

// together makes n calls at the same moment and returns how many of them were made; the others must be refused.
func (f *zzbFixture) together(n int, maxWait time.Duration) int {
	f.Helper()
	type outcome struct {
		called bool
		err    error
	}
	began := time.Now()
	outcomes := make(chan outcome, n)
	for range n {
		go func() {
			var o outcome
			o.err = f.limits.Do(f.patience(), func() error { o.called = true; return nil })
			outcomes <- o
		}()
	}
	made := 0
	var refused []error
	for range n {
		if o := <-outcomes; o.called {
			made++
		} else {
			refused = append(refused, o.err)
		}
	}
	if waited := time.Since(began); waited > maxWait*11/10 {
		f.fail("max-wait", "a call waited too long for its turn", "at most "+maxWait.String(), waited.String(),
			"MaxWait is for both limits together")
	}
	for _, err := range refused {
		f.refusal(err)
	}
	return made
}

func (f *zzbFixture) mustMake(id, when, why string) {
	f.Helper()
	called := false
	err := f.limits.Do(f.patience(), func() error { called = true; return nil })
	if !called || err != nil {
		f.fail(id, "a call was not made "+when, "the call is made", fmt.Sprint(err), why)
	}
}

func zzbPanic(f *zzbFixture) {
	called := false
	defer func() {
		recovered := recover() != nil
		if !called {
			f.fail("place-lost", "a call was not made after others that panicked", "the call is made", "it was refused",
				"each of them has kept its place: after a few bugs nothing works any more")
		}
		if !recovered {
			f.fail("panic", "the panic of a call did not reach the caller", "the panic goes on", "Do returned",
				"the server's own recovery logs it")
		}
	}()
	_ = f.limits.Do(f.patience(), func() error { called = true; panic("bug") })
}

func (f *zzbFixture) refusal(err error) {
	f.Helper()
	if err == nil || errs.CodeOf(err) != errs.Unavailable || errs.From(err).Reason != bulkhead.Reason {
		f.fail("refusal", "a call that was not made was answered with the wrong error", "errs.Unavailable with the reason "+bulkhead.Reason,
			fmt.Sprint(err), "the code becomes 503 with Retry-After")
	}
}

func (f *zzbFixture) mustMetric(name, want, when string) {
	f.Helper()
	families, err := f.registry.Gather()
	got := fmt.Sprint("no such series ", err)
	for _, family := range families {
		if family.GetName() == name {
			m := family.GetMetric()[0]
			got = fmt.Sprint(m.GetGauge().GetValue() + m.GetCounter().GetValue())
		}
	}
	if got != want {
		f.fail("metric", fmt.Sprintf("the metric %s is wrong %s", name, when), want, got,
			"the dashboard knows the bulkhead by its metrics alone")
	}
}

func (f *zzbFixture) fail(id, sentence, expected, seen, why string) {
	f.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	f.FailNow()
}
