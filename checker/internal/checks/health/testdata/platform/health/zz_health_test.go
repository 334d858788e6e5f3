package health_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/health"
)

func TestZZHealthRequires(t *testing.T) {
	const early = "traffic that comes before the database and the consumers do is answered with errors"
	zzhRun(t, "a,b", func(f *zzhFixture) { f.b.err = zzhDown }, func(f *zzhFixture) {
		f.mustReady(false, "early", "before the first success of b", early)
		f.mustProbe("b", false, "probe", "before its first success", "it has never answered")
		f.pass(time.Minute)
		f.mustReady(false, "early", "before the first success of b", early)
		f.b.fails(nil)
		f.pass(zzhConfig.StartInterval)
		f.mustReady(true, "late", "one StartInterval after b works, for the first time",
			"at the start one success is enough, and is looked for often: a deployment waits for it")
	})
	for _, tt := range []struct {
		requires health.Requirement
		down     string
		ready    bool
	}{
		{"a,b", "", true},
		{"a,b", "c", true},
		{"a,b", "a", false},
		{"a/b,c", "a", true},
		{"a/b,c", "b", true},
		{"a/b,c", "ab", false},
		{"a/b,c", "c", false},
		{"none", "abc", true},
	} {
		zzhRun(t, tt.requires, func(f *zzhFixture) {
			for name, d := range map[rune]*zzhDependency{'a': f.a, 'b': f.b, 'c': f.c} {
				for _, down := range tt.down {
					if name == down {
						d.err = zzhDown
					}
				}
			}
		}, func(f *zzhFixture) {
			f.pass(time.Minute)
			f.mustReady(tt.ready, "requires", fmt.Sprintf("with the requirement %q and without %q", tt.requires, tt.down),
				"a comma separates conditions, of a / one is enough; what is not required takes no traffic away")
			f.mustProbe("c", tt.down != "c" && tt.down != "abc", "probe", fmt.Sprintf("with the requirement %q and without %q", tt.requires, tt.down),
				"a probe that is not required is reported all the same")
		})
	}
}

func TestZZHealthHysteresis(t *testing.T) {
	const flap = "a lost packet must not move the traffic; a dependency that flaps would move it with every probe"
	zzhRun(t, "a", zzhNothing, func(f *zzhFixture) {
		before, _ := f.a.count()
		f.runs(20)
		if after, _ := f.a.count(); after-before != 20 {
			f.fail("interval", "a probe does not run once in each Interval", "20 runs in 20 intervals", fmt.Sprintf("%d runs", after-before),
				"StartInterval is for the time before the first success alone: probes are load")
		}
		for range 100 {
			f.status("readiness")
			f.State()
		}
		if after, _ := f.a.count(); after-before != 20 {
			f.fail("asked", "a question about health runs a probe", "no run", fmt.Sprintf("%d runs", after-before-20),
				"any caller could load the database with questions, and a frozen one would hold up the answer")
		}
	})
	zzhRun(t, "a,b", zzhNothing, func(f *zzhFixture) {
		f.mustReady(true, "never", "while all probes succeed", "")
		for range 10 {
			f.a.fails(zzhDown)
			f.runs(2)
			f.mustReady(true, "flap", "after two failures in a row, with Failures 3", flap)
			f.a.fails(nil)
			f.runs(1)
			f.mustReady(true, "flap", "although the failures were not in a row", flap)
		}
		for range 3 { // each probe counts for itself
			f.a.fails(zzhDown)
			f.b.fails(zzhDown)
			f.runs(2)
			f.mustReady(true, "flap", "after two failures of each of two probes", "failures of different dependencies do not add up")
			f.a.fails(nil)
			f.b.fails(nil)
			f.runs(1)
		}
	})
	zzhRun(t, "a", zzhNothing, func(f *zzhFixture) {
		ctx, cancel := context.WithCancel(f.Context())
		defer cancel()
		watch := &zzhWatch{ctx: ctx}
		go func() { _ = f.server.Watch(&grpc_health_v1.HealthCheckRequest{Service: "readiness"}, watch) }()
		synctest.Wait()
		f.a.fails(zzhDown)
		f.runs(3)
		f.mustReady(false, "never-down", "after three failures in a row", "requests go on to a replica that cannot serve them")
		f.mustProbe("a", false, "never-down", "after three failures in a row", "")
		for range 5 {
			f.a.fails(nil)
			f.runs(1)
			f.mustReady(false, "flap-back", "after one success, with Successes 2", flap)
			f.a.fails(zzhDown)
			f.runs(1)
			f.mustReady(false, "flap-back", "although the successes were not in a row", flap)
		}
		f.a.fails(nil)
		f.runs(2)
		f.mustReady(true, "never-up", "after two successes in a row", "an outage that is over must not need a person to end it")
		if got, want := watch.seen(), "[SERVING NOT_SERVING SERVING]"; got != want {
			f.fail("watch", "a watch of readiness does not get each change once", want, got, "clients with health checks do not ask: they watch")
		}
		cancel()
		synctest.Wait()
	})
}

func TestZZHealthHanging(t *testing.T) {
	for _, h := range []struct{ what, id string }{{"hangs", "hanging"}, {"panics", "panic"}} {
		zzhRun(t, "a,b", zzhNothing, func(f *zzhFixture) {
			release := make(chan struct{})
			defer close(release)
			f.a.set(func(d *zzhDependency) {
				d.hang, d.panic = release, h.id == "panic"
			})
			runs, _ := f.b.count()
			f.pass(time.Hour)
			f.mustProbe("a", false, h.id, "after an hour in which it "+h.what, "no answer within Timeout is a failure, and so is a panic")
			f.mustReady(false, h.id, "after an hour in which a probe "+h.what, "no answer within Timeout is a failure, and so is a panic")
			f.mustProbe("b", true, "others", "although only a "+h.what, "each probe is for itself")
			if after, _ := f.b.count(); after-runs < 340 {
				f.fail("others", "a probe that "+h.what+" holds up another one", "about 360 runs of b in an hour", fmt.Sprintf("%d runs", after-runs),
					"while the database is frozen nothing is known of the others")
			}
			if _, most := f.a.count(); most > 1 {
				f.fail("piles-up", "runs of a probe that hangs pile up", "one at a time", fmt.Sprintf("%d at the same time", most),
					"each holds a goroutine and a connection, for as long as the dependency is frozen")
			}
		})
	}
	zzhRun(t, "a", zzhNothing, func(f *zzhFixture) {
		release := make(chan struct{})
		f.a.set(func(d *zzhDependency) { d.hang = release })
		f.pass(time.Hour)
		f.a.set(func(d *zzhDependency) { d.hang = nil })
		close(release)
		f.runs(zzhConfig.Successes + 1)
		f.mustReady(true, "stuck", "three intervals after the run that hung has ended", "one run that hangs must not end the probe for ever")
	})
}

func TestZZHealthStop(t *testing.T) {
	const forGood = "the balancer would send requests to a process that takes no more"
	zzhRun(t, "a", zzhNothing, func(f *zzhFixture) {
		f.mustReady(true, "never", "while all probes succeed", "")
		f.Shutdown()
		synctest.Wait()
		f.mustReady(false, "late", "at once after Shutdown", "no failure is awaited: the stop has begun")
		if !f.State().Stopping {
			f.fail("state", "State().Stopping is false after Shutdown", "true", "false", "the gateway says with it why it is not ready")
		}
		for range 3 {
			f.a.fails(nil)
			f.runs(5)
			f.mustReady(false, "back", "while probes succeed after Shutdown", forGood)
			f.a.fails(zzhDown)
			f.runs(5)
			f.mustReady(false, "back", "while probes fail after Shutdown", forGood)
		}
		f.a.fails(nil)
		f.runs(5)
		f.mustReady(false, "back", "after a probe has come back after Shutdown", forGood)
		f.Shutdown() // twice is once
		f.mustReady(false, "back", "after a second Shutdown", forGood)
	})
	zzhRun(t, "a", func(f *zzhFixture) { f.a.err = zzhDown }, func(f *zzhFixture) {
		f.Shutdown()
		f.a.fails(nil)
		f.pass(time.Minute)
		f.mustReady(false, "back", "when the first success comes after Shutdown", forGood)
	})
	zzhRun(t, "a", zzhNothing, func(f *zzhFixture) {
		release := make(chan struct{})
		f.a.set(func(d *zzhDependency) { d.hang = release })
		f.runs(2)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			_ = f.Stop(context.Background())
		}()
		synctest.Wait()
		select {
		case <-stopped:
		default:
			close(release)
			f.fail("stop-waits", "Stop waits for a probe that hangs", "it returns at once", "it waits",
				"the stop of the process has a budget, and a frozen dependency must not use it up")
		}
		close(release)
		synctest.Wait()
		before, _ := f.a.count()
		f.pass(time.Hour)
		if after, _ := f.a.count(); after != before {
			f.fail("stop-goes-on", "probes run after Stop", "none", fmt.Sprintf("%d in an hour", after-before),
				"the connections that they use are closed then")
		}
	})
}
