package check

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"stagecraft/checker/internal/stall"
)

const baselineWhy = "This is the ordinary case, before anything was broken: it has to work first."

// Fail says what is wrong with the learner's code and stops the check.
func (t *T) Fail(f Failure) { t.failAt(f, "", 0) }

// FailAt is Fail with the place in the learner's code, relative to Dir.
func (t *T) FailAt(file string, line int, f Failure) { t.failAt(f, file, line) }

// Unknown says what of ours was in the way and stops the check; the learner is not blamed.
func (t *T) Unknown(fault string) { t.settle(outcome{verdict: Unknown, fault: fault}) }

// Ours stops the check with verdict unknown if err is not nil: for what the checker does, not the learner's code.
func (t *T) Ours(doing string, err error) {
	if err != nil {
		t.Unknown(fmt.Sprintf("%s: %v", doing, err))
	}
}

// NoError fails the check if err is not nil: for what the learner's code should have done.
func (t *T) NoError(what string, err error) {
	if err != nil {
		t.Fail(Failure{Sentence: what + " ended with an error", Expected: what + " succeeds", Seen: err.Error()})
	}
}

// Equal fails the check unless want and got are deeply equal.
func (t *T) Equal(what string, want, got any) {
	if reflect.DeepEqual(want, got) {
		return
	}
	t.Fail(Failure{Sentence: what + " is not what it should be", Expected: show(want), Seen: show(got)})
}

// True fails the check with f unless ok.
func (t *T) True(ok bool, f Failure) {
	if !ok {
		t.Fail(f)
	}
}

// Eventually probes until ok, at most for within, in time that the machine gave. what completes "it never happened that …":
// "the order is PAID". seen is the last value, shown when it never became what was awaited.
func (t *T) Eventually(what string, within time.Duration, probe func(ctx context.Context) (seen string, ok bool)) {
	t.proceed()
	done := t.WaitingOn(what)
	t.polling.Add(1)
	defer t.polling.Add(-1)
	ctx, cancel := t.Patience(within)
	defer cancel()
	mark, began, pause, seen := t.probe.Mark(), time.Now(), 5*time.Millisecond, "nothing yet"
	for {
		s, ok := probe(ctx)
		if ok {
			done()
			return
		}
		if s != "" && (ctx.Err() == nil || seen == "nothing yet") {
			seen = s // an answer cut off by our own deadline tells less than the one before it
		}
		select {
		case <-ctx.Done():
			if given := t.probe.Given(mark); errors.Is(context.Cause(ctx), stall.ErrTooBusy) {
				t.Unknown(tooBusy(what, time.Since(began), given))
			} else {
				t.neverHappened(what, seen, time.Since(began), given)
			}
		case <-time.After(pause):
		}
		pause = min(pause*3/2, 100*time.Millisecond)
	}
}

func tooBusy(what string, waited, given time.Duration) string {
	return fmt.Sprintf("the machine is too busy: it gave %s of the %s that the check waited for this: %s",
		given.Round(100*time.Millisecond), waited.Round(100*time.Millisecond), what)
}

// Patience returns a context that ends when the machine has given so much time: it stretches while the machine stands still or is busy
// with other programs, up to six times.
func (t *T) Patience(within time.Duration) (context.Context, context.CancelFunc) {
	return t.probe.Context(t.ctx, within, errPatience)
}

// Within reports whether something happened, at most within later, in time that the machine gave.
func (t *T) Within(within time.Duration, happened func() bool) bool {
	ctx, cancel := t.Patience(within)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !happened() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return happened()
		}
	}
	return true
}

// Holds probes during the whole time and fails as soon as ok is false. what is what must stay true.
func (t *T) Holds(what string, during time.Duration, probe func(ctx context.Context) (seen string, ok bool)) {
	t.proceed()
	t.polling.Add(1)
	defer t.polling.Add(-1)
	ctx, cancel := context.WithTimeout(t.ctx, during)
	defer cancel()
	began := time.Now()
	for {
		if seen, ok := probe(ctx); !ok && ctx.Err() == nil {
			t.Fail(Failure{
				Sentence: fmt.Sprintf("it did not stay so: %s", what),
				Expected: fmt.Sprintf("%s, for %s", what, during),
				Seen:     fmt.Sprintf("%s, after %s", seen, time.Since(began).Round(time.Millisecond)),
			})
		}
		select {
		case <-ctx.Done():
			t.proceed()
			return
		case <-time.After(25 * time.Millisecond):
		}
	}
}

func (t *T) neverHappened(what, seen string, waited, given time.Duration) {
	t.proceed()
	after := waited.Round(10 * time.Millisecond).String()
	if waited-given > time.Second {
		after = fmt.Sprintf("%s, of which the machine gave %s", after, given.Round(100*time.Millisecond))
	}
	t.Fail(Failure{Sentence: "it never happened that " + what, Expected: what, Seen: fmt.Sprintf("%s, after %s", seen, after)})
}

func (t *T) failAt(f Failure, file string, line int) {
	t.mu.Lock()
	baseline, waiting := t.baseline, len(t.waits) > 0
	t.mu.Unlock()
	if timeIsOver(t.ctx) && !waiting {
		// The time ran out while we were busy with something of our own: what came after proves nothing.
		t.settle(outcome{verdict: Unknown, fault: t.tooSlow()})
	}
	if baseline {
		f.Sentence = "the ordinary case does not work yet: " + f.Sentence
		if f.Why == "" {
			f.Why = baselineWhy
		} else {
			f.Why = baselineWhy + " " + f.Why
		}
	}
	t.settle(outcome{verdict: Fail, failure: f, file: file, line: line})
}

// buildError stops the check because the learner's code does not compile.
func (t *T) buildError(f Failure, file string, line int) {
	t.settle(outcome{verdict: BuildError, failure: f, file: file, line: line})
}

func (t *T) tooSlow() string {
	doing := "starting"
	t.mu.Lock()
	if n := len(t.steps); n > 0 {
		doing = t.steps[n-1].Text
	}
	t.mu.Unlock()
	return fmt.Sprintf("the check was not done within %s (%s): the machine may be too busy; run it again", t.check.Limit(), doing)
}

func show(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case error:
		return x.Error()
	case fmt.Stringer:
		return x.String()
	}
	return fmt.Sprintf("%+v", v)
}
