package check

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/stall"
)

// unwind is how long a check whose time is over may take to come to an end by itself.
const unwind = 3 * time.Second

// Execute runs one check and returns its result. It returns although the check may hang. The check's limit is in time that the machine
// gave: a machine that stands still or is busy takes none of it.
func Execute(ctx context.Context, c Check, env Env) Result {
	probe := stall.Start()
	defer probe.Stop()
	mark := probe.Mark()
	limited, cancel := probe.Context(ctx, c.Limit(), errTimeLimit)
	defer cancel()
	inner, stop := context.WithCancelCause(limited)
	t := &T{check: c, env: env, ctx: inner, stop: stop, began: time.Now(), rec: timeline.NewRecorder(), probe: probe}
	t.rng = rand.New(&lockedSource{src: rand.NewPCG(t.Seed(), 0x57a6ec4af7)})

	done := make(chan struct{})
	go t.run(done)
	select {
	case <-done:
	case <-inner.Done():
		select {
		case <-done:
		case <-time.After(unwind):
		}
	}
	t.conclude(ctx, probe.Given(mark))
	if env.Servers != nil && t.verdict() == Fail {
		if err := env.Servers.Healthy(ctx); err != nil {
			t.overrule(err)
		}
	}
	t.excuseStandstill()
	res := t.result()
	t.cleanup()
	return res
}

// excuseStandstill turns a failure into unknown when the machine stood still during the check: then every limit in the code under test
// may have run out for no reason of its own.
func (t *T) excuseStandstill() {
	still := t.probe.Longest()
	if still < stall.Still || t.verdict() != Fail && t.verdict() != Unknown {
		return
	}
	t.standstill = still
	t.overrule(fmt.Errorf("the machine stood still for %s while the check ran", still.Round(100*time.Millisecond)))
}

func (t *T) run(done chan<- struct{}) {
	defer close(done)
	defer t.wg.Wait()
	defer t.catch()
	completed := false
	defer func() {
		if !completed {
			t.stopOnGoexit()
		}
	}()
	t.check.Run(t)
	t.wg.Wait()
	completed = true
	if t.ctx.Err() == nil { // what a check found after its time was over proves nothing
		t.record(outcome{verdict: Pass})
	}
}

// stopOnGoexit releases goroutines that wait for a check which ended without a verdict.
func (t *T) stopOnGoexit() { t.stop(errSettled) }

// conclude gives a verdict to a check that did not reach one itself in the time that it was given.
func (t *T) conclude(parent context.Context, given time.Duration) {
	switch {
	case parent.Err() != nil:
		t.mu.Lock()
		if t.outcome == nil || t.outcome.verdict != Pass {
			// What failed after the interruption may have failed because of it.
			t.outcome = &outcome{verdict: NotRun, fault: "interrupted"}
		}
		t.mu.Unlock()
	case timeIsOver(t.ctx):
		t.mu.Lock()
		waits := append([]string(nil), t.waits...)
		t.mu.Unlock()
		if len(waits) == 0 {
			t.record(outcome{verdict: Unknown, fault: t.tooSlow()})
			return
		}
		what := waits[len(waits)-1]
		if errors.Is(context.Cause(t.ctx), stall.ErrTooBusy) {
			t.record(outcome{verdict: Unknown, fault: tooBusy(what, time.Since(t.began), given)})
			return
		}
		t.record(outcome{verdict: Fail, failure: Failure{
			Sentence: fmt.Sprintf("your code did not come to an end within %s", t.check.Limit()),
			Expected: what, Seen: "still waiting for it when the time was over", Hung: true,
		}})
	default:
		t.record(outcome{verdict: Unknown, fault: "the check ended without a verdict"})
	}
}

// timeIsOver says that the check has had all its time.
func timeIsOver(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), errTimeLimit) || errors.Is(context.Cause(ctx), stall.ErrTooBusy)
}

// overrule turns a failure into unknown because of a fault that is not of the code under test.
func (t *T) overrule(fault error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outcome.verdict == Fail {
		t.notes = append(t.notes, "overruled failure: "+t.outcome.failure.Sentence)
	}
	t.outcome = &outcome{verdict: Unknown, fault: fault.Error()}
}

func (t *T) verdict() Verdict {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.outcome.verdict
}

func (t *T) result() Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Since(t.began).Milliseconds()
	t.endStep(now)
	o := *t.outcome
	res := Result{
		CheckID: t.check.ID, Topic: t.check.Topic, Sentence: t.check.Sentence, Verdict: o.verdict,
		Message: o.failure.Sentence, Expected: o.failure.Expected, Seen: o.failure.Seen, Why: o.failure.Why,
		Crashed: o.failure.Crashed, File: o.file, Line: o.line, Fault: o.fault, Seed: t.env.Seed, ElapsedMS: now,
		Standstill: t.standstill, Hung: o.failure.Hung, Steps: append([]Step{}, t.steps...), Notes: append([]string(nil), t.notes...), Timeline: t.drawn(),
	}
	if t.own > 0 {
		res.ElapsedMS = t.own.Milliseconds()
	}
	if o.verdict == Fail && !res.Crashed {
		for _, ask := range t.deaths {
			if seen, dead := ask(); dead {
				res.Crashed, res.Seen = true, res.Seen+"; and before the check was over, "+seen
			}
		}
	}
	switch {
	case o.verdict == Fail && res.Crashed:
		res.Failure = FailureID(t.check.ID, FailureCrash)
	case o.verdict == Fail || o.verdict == BuildError:
		res.Failure = FailureID(t.check.ID, o.failure.ID)
	}
	if o.verdict != Pass {
		for _, read := range t.logs {
			res.Logs = append(res.Logs, read()...)
		}
	}
	return res
}

// cleanup runs what Cleanup registered; what it says no longer changes the verdict.
func (t *T) cleanup() {
	t.mu.Lock()
	cleanups := t.cleanups
	t.cleanups = nil
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for i := len(cleanups) - 1; i >= 0; i-- {
		func() {
			defer func() { _ = recover() }()
			cleanups[i](ctx)
		}()
	}
}

// DeriveSeed gives every check its own seed out of the run's.
func DeriveSeed(run uint64, id string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s", run, id)
	return h.Sum64()
}

type lockedSource struct {
	mu  sync.Mutex
	src rand.Source
}

func (s *lockedSource) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.src.Uint64()
}
