// Hidden checks of the lesson on graceful shutdown. They use only names that the lesson gives. Time in them is that of package synctest: it
// moves when all goroutines wait, so that a test of an hour takes a millisecond.
package lifecycle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"
)

type zzsFixture struct {
	*testing.T
	*Coordinator
	began   time.Time
	release chan struct{}

	mu     sync.Mutex
	events []zzsEvent
}

type zzsEvent struct {
	name string
	at   time.Duration
}

// zzsRun runs a test with a Coordinator whose phases have ten seconds each; the endpoint wait is three.
func zzsRun(t *testing.T, test func(f *zzsFixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := 10 * time.Second
		cfg := Config{Budgets: Budgets{
			NotServing: b, EndpointWait: 3 * time.Second, Server: b, Cron: b, Consumers: b, Relay: b, Clients: b, Broker: b, Redis: b,
			Database: b, Telemetry: b,
		}}
		f := &zzsFixture{T: t, Coordinator: NewCoordinator(fxtest.NewLifecycle(t), cfg), release: make(chan struct{})}
		t.Cleanup(func() {
			close(f.release)
			time.Sleep(2 * time.Hour) // whatever still waits for time comes to its end
		})
		test(f)
	})
}

// note remembers that something happened, and when.
func (f *zzsFixture) note(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, zzsEvent{name, time.Since(f.began)})
}

func (f *zzsFixture) names() (names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.events {
		names = append(names, e.name)
	}
	return names
}

func (f *zzsFixture) at(name string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.events {
		if e.name == name {
			return e.at
		}
	}
	return -1
}

// quick adds a part that stops at once.
func (f *zzsFixture) quick(phase Phase, name string) {
	f.Add(phase, name, fx.StopHook(func() { f.note(name) }))
}

// stuck adds a part whose stop ignores its context.
func (f *zzsFixture) stuck(phase Phase, name string) {
	f.Add(phase, name, fx.StopHook(func() { f.note(name); <-f.release }))
}

// halt runs the stop, which must return within an hour.
func (f *zzsFixture) halt(ctx context.Context) (err error, took time.Duration) {
	f.began = time.Now()
	done := make(chan error, 1)
	go func() { done <- f.stop(ctx) }()
	select {
	case err = <-done:
		synctest.Wait() // also for what it has started and not waited for
		return err, time.Since(f.began)
	case <-time.After(time.Hour):
		f.fail("endless", "stop does not return", "it goes on without a part that does not return", "it waits for it",
			"the process is killed in the middle of its stop, and the phases after this one never run")
		return nil, 0
	}
}

func (f *zzsFixture) outcome(name string) Outcome {
	f.Helper()
	var found []Outcome
	for _, o := range f.Summary().Parts {
		if o.Name == name {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		f.fail("summary", fmt.Sprintf("the summary has the part %s %d times", name, len(found)), "once", fmt.Sprintf("%v", f.Summary().Parts),
			"c.summary.add once for each part that has to be stopped, also for one that did not end or was not reached")
	}
	return found[0]
}

func TestZZShutdownOrder(t *testing.T) {
	zzsRun(t, func(f *zzsFixture) {
		order := []string{"not_serving", "server", "cron", "consumers", "relay", "clients", "broker", "redis", "database", "telemetry"}
		for _, i := range []int{9, 3, 1, 7, 8, 2, 0, 5, 4, 6} {
			f.quick(Phase(order[i]), order[i])
		}
		f.Add(Cron, "never started", fx.Hook{
			OnStart: func(context.Context) error { return nil }, OnStop: func(context.Context) error { f.note("never started"); return nil },
		})
		err, took := f.halt(f.Context())
		got := f.names()
		if slices.Contains(got, "never started") {
			f.fail("not-started", "a part is stopped that was not started", "it is left alone", strings.Join(got, ", "),
				"when the start fails halfway, its stop would work on what does not exist")
		}
		if !slices.Equal(got, order) {
			f.fail("order", "the phases do not run in their order", strings.Join(order, ", "), strings.Join(got, ", "),
				"what brings work in stops before what does it, and that before what it needs; the order in which parts were added means nothing")
		}
		if f.at("not_serving") != 0 || f.at("server") != 3*time.Second {
			f.fail("endpoint-wait", "the server does not stop after the endpoint wait", "not_serving after 0s, server after 3s",
				fmt.Sprintf("not_serving after %s, server after %s", f.at("not_serving"), f.at("server")),
				"load balancers send requests until they have noticed: c.awaitEndpoints between NotServing and Server")
		}
		if err != nil || f.Summary().Interrupted {
			f.fail("clean", "a clean stop is not reported as one", "nil, not interrupted", fmt.Sprintf("%v, %+v", err, f.Summary()), "the exit code depends on it")
		}
		if took != 3*time.Second || f.Summary().Took != took {
			f.fail("took", "a stop without work in progress takes too long, or Summary.Took is wrong", "3s, the endpoint wait",
				fmt.Sprintf("%s, and Summary.Took is %s", took, f.Summary().Took), "a phase ends when all its parts have returned")
		}
		for _, name := range order {
			f.outcome(name)
		}
	})
	zzsRun(t, func(f *zzsFixture) {
		for _, name := range []string{"a", "b", "c"} {
			f.Add(Consumers, name, fx.StopHook(func() { f.note(name); time.Sleep(4 * time.Second); f.note(name + " ended") }))
		}
		f.quick(Relay, "relay")
		_, took := f.halt(f.Context())
		if f.at("relay") != 4*time.Second || took != 4*time.Second {
			f.fail("side-by-side", "three parts of one phase, which take 4s each, do not stop side by side", "the next phase begins after 4s",
				"it begins after "+f.at("relay").String(), "parts of one phase share its budget: one after the other, the last has no time left")
		}
		if got := f.outcome("b").Took; got != 4*time.Second {
			f.fail("summary", "Outcome.Took is wrong", "4s", got.String(), "the summary says which part is slow")
		}
	})
}

func TestZZShutdownBudget(t *testing.T) {
	zzsRun(t, func(f *zzsFixture) {
		f.stuck(Consumers, "stuck")
		f.quick(Consumers, "beside")
		f.Add(Relay, "obedient", fx.StopHook(func(ctx context.Context) error {
			f.note("obedient")
			<-ctx.Done()
			f.note("told")
			time.Sleep(500 * time.Millisecond) // it closes its connections
			f.note("closed")
			return ctx.Err()
		}))
		f.quick(Database, "pool")
		err, _ := f.halt(f.Context())
		if f.at("beside") != 0 {
			f.fail("beside", "a part that hangs holds up another part of its phase", "stopped at once", f.at("beside").String(), "parts of one phase stop side by side")
		}
		if f.at("obedient") != 10*time.Second {
			f.fail("overrun", "the phase after a part that hangs begins at the wrong time", "10s, when the budget is spent", f.at("obedient").String(),
				"each phase has its budget: later, the process is killed; earlier, work is cut off that had time")
		}
		if got := f.at("told") - f.at("obedient"); got != 9*time.Second {
			f.fail("give-up", "the context of a part does not end after nine tenths of the budget", "9s", got.String(),
				"a part that is told only when its budget is spent cannot free what it holds")
		}
		if got := f.at("pool") - f.at("obedient"); got != 9500*time.Millisecond {
			f.fail("give-up", "the phase does not last until the part has given up", "9.5s: the part returns before the budget is spent", got.String(),
				"the end of its context is not the end of the part: it still frees what it holds")
		}
		for name, cut := range map[string]bool{"stuck": true, "beside": false, "obedient": true, "pool": false} {
			if o := f.outcome(name); o.CutOff() != cut {
				f.fail("cut-off", fmt.Sprintf("CutOff of the part %s is wrong", name), fmt.Sprint(cut), fmt.Sprintf("%v (%v)", o.CutOff(), o.Err),
					"a part that was left behind has the error of the context, and the exit code is 1")
			}
		}
		if got := f.outcome("stuck").Took; got != 10*time.Second {
			f.fail("summary", "Outcome.Took of the part that was cut off is wrong", "10s", got.String(), "the summary says which part needs more time")
		}
		if !errors.Is(err, context.DeadlineExceeded) || f.Summary().Interrupted {
			f.fail("cut-off", "the stop does not report what was cut off", "context.DeadlineExceeded, not interrupted",
				fmt.Sprintf("%v, interrupted %v", err, f.Summary().Interrupted), "return c.summary.Err(): the exit code depends on it")
		}
	})
}

func TestZZShutdownFailure(t *testing.T) {
	zzsRun(t, func(f *zzsFixture) {
		f.Add(Server, "failing", fx.StopHook(func() error { return errors.New("out of paper") }))
		f.Add(Server, "panicking", fx.StopHook(func() { panic("out of order") }))
		f.quick(Server, "beside")
		f.quick(Database, "pool")
		err, took := f.halt(f.Context())
		for _, name := range []string{"beside", "pool"} {
			if f.at(name) < 0 {
				f.fail("skipped", "a part is not stopped after another has failed", "all parts are stopped", name+" was not", "a bug in one part must not cost the others their work")
			}
		}
		if took > 4*time.Second {
			f.fail("slow", "a part that has failed holds up the stop", "3s, the endpoint wait", took.String(), "it has ended: parallel.Protect returns a panic as an error")
		}
		if err == nil || !strings.Contains(err.Error(), "out of paper") || !strings.Contains(err.Error(), "out of order") {
			f.fail("unsaid", "the stop does not report the failures", "out of paper; out of order", fmt.Sprint(err), "return c.summary.Err()")
		}
		for _, name := range []string{"failing", "panicking"} {
			if o := f.outcome(name); o.Err == nil || o.CutOff() {
				f.fail("unsaid", "the outcome of a part that failed is wrong", "its error", fmt.Sprint(o.Err), "c.summary.add with the error of the part")
			}
		}
	})
}

func TestZZShutdownSignal(t *testing.T) {
	zzsRun(t, func(f *zzsFixture) {
		ctx, signal := context.WithCancel(f.Context())
		f.quick(NotServing, "health")
		f.stuck(Server, "grpc")
		f.quick(Consumers, "consumers")
		f.quick(Database, "pool")
		time.AfterFunc(5*time.Second, signal)
		err, took := f.halt(ctx)
		if took != 5*time.Second {
			f.fail("late", "the stop does not end with the second signal", "5s after its begin", took.String(), "the operator means it: do not wait for what is in progress")
		}
		if got := f.names(); !slices.Equal(got, []string{"health", "grpc"}) {
			f.fail("goes-on", "parts are stopped after the second signal", "health, grpc", strings.Join(got, ", "), "at once means that nothing more begins")
		}
		for _, name := range []string{"grpc", "consumers", "pool"} {
			if o := f.outcome(name); !errors.Is(o.Err, context.Canceled) {
				f.fail("unsaid", fmt.Sprintf("the outcome of %s is wrong", name), "context.Canceled", fmt.Sprint(o.Err),
					"the summary says what was cut off, and what was not reached")
			}
		}
		if !errors.Is(err, context.Canceled) || !f.Summary().Interrupted {
			f.fail("unsaid", "the stop does not report that it was interrupted", "context.Canceled, interrupted",
				fmt.Sprintf("%v, interrupted %v", err, f.Summary().Interrupted), "the exit code is 1")
		}
	})
}

func (f *zzsFixture) fail(id, sentence, expected, seen, why string) {
	f.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	f.FailNow()
}
