package overload_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/errs"
	"shop/platform/overload"
)

// zzoDoor is a limiter with a fixed limit.
type zzoDoor struct {
	*testing.T
	*overload.Limiter
	registry *prometheus.Registry
}

func zzoFixed(t *testing.T, limit int) zzoDoor {
	t.Helper()
	cfg := zzoConfig()
	cfg.Min, cfg.Max = limit, limit
	registry := prometheus.NewRegistry()
	return zzoDoor{t, overload.New(cfg, registry, time.Now), registry}
}

// ask calls Admit, which must not wait.
func (d zzoDoor) ask(p overload.Priority) (done func(), err error) {
	d.Helper()
	type answer struct {
		done func()
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		done, err := d.Admit(context.Background(), p)
		answered <- answer{done, err}
	}()
	select {
	case a := <-answered:
		return a.done, a.err
	case <-time.After(10 * time.Second):
		zzoFail(d.T, zzoFailure{
			id: "waits", what: "Admit waits when there is no place", expected: "an error at once", seen: "no answer within 10s",
			why: "A queue before the limit adds time and no answers. Those who wait longest leave first, when their turn comes.",
		})
		return nil, nil
	}
}

// fill admits n calls.
func (d zzoDoor) fill(n int, p overload.Priority) (ends []func()) {
	d.Helper()
	for i := range n {
		done, err := d.ask(p)
		if err != nil {
			zzoFail(d.T, zzoFailure{
				id: "early", what: fmt.Sprintf("with a limit of 10, call %d of priority %s is refused", i+1, p), expected: "10 calls in progress", seen: err.Error(),
				why: "A place that is lost or never given is capacity that you have paid for.",
			})
		}
		if done == nil {
			zzoFail(d.T, zzoFailure{id: "early", what: "Admit returns neither an error nor done", expected: "a function that ends the call", seen: "nil", why: "The caller cannot say that the call has ended."})
		}
		ends = append(ends, done)
	}
	return ends
}

// refused makes sure that the next call is refused, and how.
func (d zzoDoor) refused(what string, err error) {
	d.Helper()
	if err == nil {
		zzoFail(d.T, zzoFailure{
			id: "limit", what: what + ": with a limit of 10, an eleventh call is admitted", expected: "an error", seen: "no error",
			why: "Without a limit the calls wait for each other inside, until each ends after its caller has left.",
		})
	}
	if errs.CodeOf(err) != errs.Unavailable || errs.From(err).Reason != overload.Reason {
		zzoFail(d.T, zzoFailure{
			id: "error", what: what + ": the error is not that of an overloaded service", expected: fmt.Sprintf("%s with the reason %s", errs.Unavailable, overload.Reason),
			seen: fmt.Sprintf("%s with the reason %q", errs.CodeOf(err), errs.From(err).Reason),
			why:  "Clients and the gateway repeat it later by its code; breakers leave it out by its reason.",
		})
	}
}

func (d zzoDoor) metric(name string, labels map[string]string) (total float64) {
	d.Helper()
	families, err := d.registry.Gather()
	if err != nil {
		d.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
	metrics:
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if want, ok := labels[label.GetName()]; ok && want != label.GetValue() {
					continue metrics
				}
			}
			total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return total
}

func (d zzoDoor) wantMetric(name string, labels map[string]string, want float64) {
	d.Helper()
	if got := d.metric(name, labels); got != want {
		zzoFail(d.T, zzoFailure{
			id: "metrics", what: fmt.Sprintf("%s%v is wrong", name, labels), expected: fmt.Sprint(want), seen: fmt.Sprint(got),
			why: "Refusals are the only sign of an overload that is handled well. Without them the shop just sells less.",
		})
	}
}

func TestZZOverloadRefuse(t *testing.T) {
	d := zzoFixed(t, 10)
	ends := d.fill(10, overload.High)
	d.wantMetric("overload_in_flight", nil, 10)
	_, err := d.ask(overload.High)
	d.refused("Admit", err)
	d.refused("Check", d.Check(context.Background(), overload.High))
	for range 30 {
		done, err := d.ask(overload.Always)
		if err != nil || d.Check(context.Background(), overload.Always) != nil {
			zzoFail(t, zzoFailure{
				id: "always", what: "a health check is refused", expected: "calls of priority Always are admitted", seen: fmt.Sprint(err),
				why: "The orchestrator restarts an instance that is only busy, and the others get its load.",
			})
		}
		done()
	}
	d.wantMetric("overload_in_flight", nil, 10)
	_, err = d.ask(overload.High)
	d.refused("Admit after 30 health checks", err)
	ends[0]()
	ends[0] = d.fill(1, overload.High)[0]
	_, err = d.ask(overload.High)
	d.refused("Admit after one call has ended and another has begun", err)
	for _, done := range ends {
		done()
	}
	d.wantMetric("overload_in_flight", nil, 0)
	d.wantMetric("overload_shed_total", map[string]string{"priority": "high", "cause": "limit"}, 4)
	d.wantMetric("overload_shed_total", nil, 4)
	for range 50 {
		if err := d.Check(context.Background(), overload.High); err != nil {
			zzoFail(t, zzoFailure{
				id: "check", what: "Check takes a place", expected: "no error while nothing is in progress", seen: err.Error(),
				why: "It is for streams. A few hundred customers who watch an order, and nothing else gets in.",
			})
		}
	}
	zzoTogether(t)
	zzoBounds(t)
}

// zzoTogether asks from many goroutines.
func zzoTogether(t *testing.T) {
	t.Helper()
	d := zzoFixed(t, 10)
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			for range 400 {
				if done, err := d.Admit(context.Background(), overload.High); err == nil {
					done()
				}
			}
		})
	}
	wait.Wait()
	ends := d.fill(10, overload.High)
	_, err := d.ask(overload.High)
	d.refused("Admit after 20,000 calls from 50 goroutines", err)
	for _, done := range ends {
		done()
	}
	d.wantMetric("overload_in_flight", nil, 0)
}

// zzoBounds looks at the limit when nothing is known, and when everything was slow for long.
func zzoBounds(t *testing.T) {
	t.Helper()
	cfg := zzoConfig()
	cfg.Min, cfg.Max = 5, 50
	at := time.Unix(1000, 0)
	limiter := overload.New(cfg, prometheus.NewRegistry(), func() time.Time { return at })
	admitted := func() (ends []func()) {
		for range 1000 {
			done, err := limiter.Admit(context.Background(), overload.High)
			if err != nil {
				break
			}
			ends = append(ends, done)
		}
		return ends
	}
	fail := func(what, expected string, n int) {
		zzoFail(t, zzoFailure{
			id: "bounds", what: what, expected: expected, seen: fmt.Sprint(n, " calls in progress"),
			why: "Max protects the memory when nothing is known, Min keeps the processors busy when everything looks slow.",
		})
	}
	for window := range 40 {
		ends := admitted()
		if window == 0 && len(ends) != cfg.Max {
			fail("a new limiter does not begin with Max", "50", len(ends))
		}
		if len(ends) < cfg.Min || len(ends) > cfg.Max {
			fail("the limit leaves its bounds", "from 5 to 50", len(ends))
		}
		at = at.Add(10 * cfg.Target)
		for _, done := range ends {
			done()
		}
	}
	for window := range 400 {
		ends := admitted()
		if window > 0 && len(ends) > cfg.Max || len(ends) < cfg.Min {
			fail("the limit leaves its bounds", "from 5 to 50", len(ends))
		}
		at = at.Add(cfg.Target / 2)
		for _, done := range ends {
			done()
		}
		if len(ends) < 10 { // so that the window has calls enough
			for range 10 {
				if done, err := limiter.Admit(context.Background(), overload.High); err == nil {
					at = at.Add(time.Millisecond)
					done()
				}
			}
		}
	}
}

func TestZZOverloadDeadline(t *testing.T) {
	cfg := zzoConfig()
	at := time.Now().Add(time.Hour) // the limiter's clock, which is not that of the machine
	registry := prometheus.NewRegistry()
	d := zzoDoor{t, overload.New(cfg, registry, func() time.Time { return at }), registry}
	for _, left := range []time.Duration{-time.Minute, 0, cfg.MinTime - time.Nanosecond} {
		ctx, cancel := context.WithDeadline(context.Background(), at.Add(left))
		defer cancel()
		for _, p := range []overload.Priority{overload.Low, overload.Normal, overload.High} {
			_, err := d.Admit(ctx, p)
			for _, err := range []error{err, d.Check(ctx, p)} {
				if err == nil {
					zzoFail(t, zzoFailure{
						id: "late", what: fmt.Sprintf("a call with %s left until its deadline is begun", left), expected: fmt.Sprintf("refused: less than MinTime, %s", cfg.MinTime), seen: "no error",
						why: "Its caller will not see the answer. Under overload such calls are most of the work.",
					})
				}
				if errs.CodeOf(err) != errs.DeadlineExceeded {
					zzoFail(t, zzoFailure{
						id: "error", what: "the error of a call that comes too late is another one", expected: errs.DeadlineExceeded.String(), seen: errs.CodeOf(err).String(),
						why: "Unavailable asks the caller to repeat; there is no time left for that.",
					})
				}
			}
		}
		if _, err := d.Admit(ctx, overload.Always); err != nil {
			zzoFail(t, zzoFailure{id: "always", what: "a health check is refused for its deadline", expected: "no error", seen: err.Error(), why: "It would call an instance dead that is only asked late."})
		}
	}
	d.wantMetric("overload_in_flight", nil, 0)
	d.wantMetric("overload_shed_total", map[string]string{"cause": "deadline"}, 18)
	for _, left := range []time.Duration{cfg.MinTime, time.Second} {
		ctx, cancel := context.WithDeadline(context.Background(), at.Add(left))
		defer cancel()
		done, err := d.Admit(ctx, overload.Normal)
		if err != nil {
			zzoFail(t, zzoFailure{id: "early", what: fmt.Sprintf("a call with %s left is refused", left), expected: "no error: MinTime is enough", seen: err.Error(), why: "It could have been answered."})
		}
		done()
	}
}

func TestZZOverloadGone(t *testing.T) {
	cfg := zzoConfig()
	at := time.Unix(1000, 0)
	limiter := overload.New(cfg, prometheus.NewRegistry(), func() time.Time { return at })
	gone, leave := context.WithCancel(context.Background())
	leave()
	// Each caller leaves after a tenth of Target, and its call ends then. One more call each time goes on.
	for n := 1; n <= 900; n++ {
		done, err := limiter.Admit(gone, overload.High)
		if err != nil {
			return
		}
		at = at.Add(cfg.Target / 10)
		done()
		if _, err := limiter.Admit(context.Background(), overload.High); err != nil {
			return
		}
	}
	zzoFail(t, zzoFailure{
		id: "", what: "900 calls whose callers left do not lower the limit", expected: "the limit falls below 900 of at most 1,000", seen: "900 calls are in progress",
		why: "When callers give up after 20 ms no call takes longer, and a limit that only looks at time grows until the service falls over.",
	})
}

func TestZZOverloadRetry(t *testing.T) {
	cfg := zzoConfig()
	for _, wait := range []time.Duration{time.Second, 3 * time.Second} {
		cfg.RetryAfter = wait
		limiter := overload.New(cfg, prometheus.NewRegistry(), time.Now)
		seen := map[time.Duration]bool{}
		var sum time.Duration
		const n = 400
		for range n {
			after := limiter.RetryAfter()
			if after < wait/2 || after >= wait*3/2 {
				zzoFail(t, zzoFailure{
					id: "range", what: "RetryAfter is out of its range", expected: fmt.Sprintf("from %s to less than %s", wait/2, wait*3/2), seen: after.String(),
					why: "The configured time is a promise about the load that comes back.",
				})
			}
			seen[after] = true
			sum += after
		}
		if len(seen) < n/2 {
			zzoFail(t, zzoFailure{
				id: "together", what: "refused callers come back together", expected: "another time for each", seen: fmt.Sprintf("%d different times in %d calls", len(seen), n),
				why: "Ten thousand callers that wait exactly a second are the same overload, a second later.",
			})
		}
		if mean := sum / n; mean < wait*9/10 || mean > wait*11/10 {
			zzoFail(t, zzoFailure{
				id: "mean", what: "RetryAfter is not what is configured on average", expected: "about " + wait.String(), seen: mean.String(),
				why: "The configured time is a promise about the load that comes back.",
			})
		}
	}
}
