package check

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/stall"
	"stagecraft/checker/internal/telemetry"
)

// T is a running check. Its methods are safe for goroutines started with Go; a method that stops the check
// (Fail, Unknown, a failing Equal or Eventually) ends the goroutine that calls it and cancels Context.
type T struct {
	check Check
	env   Env
	ctx   context.Context
	stop  context.CancelCauseFunc
	began time.Time
	rec   *timeline.Recorder
	probe *stall.Probe              // of the machine, while the check runs
	calls []func() []timeline.Event // of each stack: the calls between its services
	rng   *rand.Rand
	wg    sync.WaitGroup

	leaseOnce   sync.Once
	lease       *infra.Lease
	ownBroker   *infra.PrivateBroker
	ownPostgres *infra.PrivatePostgres
	spansOnce   sync.Once
	spans       *telemetry.Receiver

	polling atomic.Int32 // how many Eventually and Holds are asking
	taps    atomic.Int32 // queues of Broker.Tap

	mu         sync.Mutex
	outcome    *outcome
	steps      []Step
	notes      []string
	waits      []string // what the check is waiting for the learner's code to do, innermost last
	baseline   bool
	standstill time.Duration // of the machine, if it decided the verdict
	own        time.Duration // spent in hidden tests, without waiting for their turn
	cleanups   []func(context.Context)
	logs       []func() []LogLine
	served     []string // names of the services that ran
	deaths     []func() (seen string, dead bool)
}

type outcome struct {
	verdict Verdict
	failure Failure
	fault   string
	file    string
	line    int
}

// errTimeLimit is the cause of a context whose check took too long, errSettled of one that has its verdict, errPatience of one that
// waited long enough for one thing.
var (
	errPatience  = errors.New("waited long enough")
	errTimeLimit = errors.New("the check's time is over")
	errSettled   = errors.New("the check has its verdict")
)

// Context is cancelled when the check has its verdict, when its time is over, or when the run is interrupted.
func (t *T) Context() context.Context { return t.ctx }

// Dir is the code under test: a directory laid out as a stage.
func (t *T) Dir() string { return t.env.Dir }

// Root is the directory of the repository.
func (t *T) Root() string { return t.env.Root }

// Lesson is the directory of the lesson that is graded.
func (t *T) Lesson() string { return t.env.Lesson }

// Written is the directory with what the learner has written beside the code: review.md, findings.md, decision.md.
func (t *T) Written() string { return t.env.Written }

// Timeline records requests, faults and restarts for the evidence page.
func (t *T) Timeline() *timeline.Recorder { return t.rec }

// Seed is this check's own seed, derived from the run's.
func (t *T) Seed() uint64 { return DeriveSeed(t.env.Seed, t.check.ID) }

// Rand is seeded with Seed and safe for goroutines.
func (t *T) Rand() *rand.Rand { return t.rng }

// Log keeps a line for the evidence; it is not shown in the terminal.
func (t *T) Log(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// Step narrates what the check does next: "kill order while wallet holds its answer".
func (t *T) Step(format string, args ...any) {
	t.proceed()
	text := fmt.Sprintf(format, args...)
	now := time.Since(t.began).Milliseconds()
	t.mu.Lock()
	t.endStep(now)
	t.steps = append(t.steps, Step{AtMS: now, Text: text})
	step := t.steps[len(t.steps)-1]
	t.mu.Unlock()
	if t.env.Observe != nil {
		t.env.Observe(step)
	}
}

// Baseline runs the ordinary case, before any fault. A failure inside says that the ordinary case does not work yet.
func (t *T) Baseline(ordinary func()) {
	t.setBaseline(true)
	ordinary()
	t.setBaseline(false)
}

// Cleanup registers fn to run after the check, last first, with a context of its own that lives ten seconds.
func (t *T) Cleanup(fn func(context.Context)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, fn)
}

// Go runs fn in a goroutine that the check waits for. In fn, Fail stops the whole check, and a panic is ours, not the learner's.
func (t *T) Go(fn func()) {
	t.wg.Go(func() {
		defer t.catch()
		fn()
	})
}

// Together runs fn n times at the same moment, with 0…n-1, and waits for all of them.
func (t *T) Together(n int, fn func(i int)) {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	ready.Add(n)
	done.Add(n)
	for i := range n {
		t.Go(func() {
			defer done.Done()
			ready.Done()
			<-gate
			fn(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	t.proceed()
}

// WaitingOn says that the check now waits for the learner's code to do what; call done when it did.
// If the check's time runs out meanwhile the learner's code is at fault, otherwise we are.
func (t *T) WaitingOn(what string) (done func()) {
	t.proceed()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waits = append(t.waits, what)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.ctx.Err() != nil {
			return // keep what was awaited when the time ran out
		}
		for i := len(t.waits) - 1; i >= 0; i-- {
			if t.waits[i] == what {
				t.waits = append(t.waits[:i], t.waits[i+1:]...)
				return
			}
		}
	}
}

// OnFailLogs registers where to read services' log lines from when the check does not pass. read must not call methods of t.
func (t *T) OnFailLogs(read func() []LogLine) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.logs = append(t.logs, read)
}

// OnFailDeaths registers where to ask, when the check fails, whether a service died that the check did not stop. What was seen after that says
// nothing about the check's topic.
func (t *T) OnFailDeaths(ask func() (seen string, dead bool)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deaths = append(t.deaths, ask)
}

// proceed ends the calling goroutine when the check already has its verdict.
func (t *T) proceed() {
	t.mu.Lock()
	over := t.outcome != nil
	t.mu.Unlock()
	if over {
		runtime.Goexit()
	}
}

// settle records the verdict, unless there is one already, and ends the calling goroutine.
func (t *T) settle(o outcome) {
	t.record(o)
	runtime.Goexit()
}

func (t *T) record(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outcome != nil {
		return
	}
	t.outcome = &o
	if n := len(t.steps); n > 0 && o.verdict != Pass {
		t.steps[n-1].Failed = true
	}
	t.stop(errSettled)
}

// catch turns a panic of the check's own code into unknown. It must be deferred directly.
func (t *T) catch() {
	if p := recover(); p != nil {
		t.Log("panic: %v\n%s", p, debug.Stack())
		t.record(outcome{verdict: Unknown, fault: fmt.Sprintf("the check itself panicked: %v", p)})
	}
}

func (t *T) setBaseline(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.baseline = on
}

// endStep closes the open step. t.mu is held.
func (t *T) endStep(now int64) {
	if n := len(t.steps); n > 0 && t.steps[n-1].TookMS == 0 {
		t.steps[n-1].TookMS = now - t.steps[n-1].AtMS
	}
}
