package run

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/imports"
)

// runner is one run of a plan.
type runner struct {
	plan    Plan
	began   time.Time
	tests   check.Tester
	graph   func() (*imports.Graph, error)
	keep    *artefacts
	backing *prepared
	hung    context.CancelCauseFunc // ends what is left of the run

	mu      sync.Mutex // serialises observe and guards what follows
	observe func(Event)
	results []check.Result // as plan.Checks
	infra   string
}

func newRunner(plan Plan, observe func(Event)) *runner {
	if observe == nil {
		observe = func(Event) {}
	}
	if plan.Seed == 0 {
		plan.Seed = uint64(rand.Uint32()) + 1 // short enough to type
	}
	if plan.Parallel <= 0 {
		plan.Parallel = min(runtime.NumCPU()+1, 4) // scenarios mostly wait
	}
	plan.Checks = slices.Clone(plan.Checks)
	for i := range plan.Checks {
		plan.Checks[i].Needs = plan.Checks[i].Needs.In(plan.Dir)
	}
	r := &runner{plan: plan, began: time.Now(), observe: observe}
	r.graph = sync.OnceValues(func() (*imports.Graph, error) { return imports.Load(plan.Dir) })
	r.results = make([]check.Result, len(plan.Checks))
	for i, c := range plan.Checks {
		r.results[i] = notRun(c, plan.Seed, "not reached")
	}
	return r
}

func (r *runner) run(ctx context.Context) (check.Report, error) {
	selected, err := r.selection()
	if err != nil {
		return check.Report{}, err
	}
	if r.keep, err = newArtefacts(r.plan, r.began); err != nil {
		return check.Report{}, err
	}
	chosen := make([]check.Check, len(selected))
	for i, index := range selected {
		chosen[i] = r.plan.Checks[index]
	}
	r.emit(Started{Checks: chosen, Seed: r.plan.Seed})
	if r.plan.Tests != nil {
		r.tests = r.plan.Tests(r.plan.Dir, r.plan.Seed, chosen)
	}
	r.backing = r.prepare(ctx, chosen)

	working, hung := context.WithCancelCause(ctx)
	defer hung(nil)
	r.hung = hung
	r.work(working, r.inOrder(selected))
	r.backing.close()
	return r.finish(ctx)
}

// one brings one check, whose backing is ready, to its result.
func (r *runner) one(ctx context.Context, index int) {
	c := r.plan.Checks[index]
	if res := r.backing.missing(ctx, c); res != nil {
		r.done(index, *res)
		return
	}
	r.emit(CheckStarted{ID: c.ID, Sentence: c.Sentence, At: time.Now()})
	env := check.Env{
		Dir:     r.plan.Dir,
		Root:    r.plan.Root,
		Lesson:  r.plan.Source,
		Written: r.plan.Written,
		Seed:    r.plan.Seed,
		Observe: func(s check.Step) { r.emit(StepBegan{ID: c.ID, Step: s}) },
		Keep:    r.keep.forCheck(c.ID),
		Tests:   r.tests,
		Imports: r.graph,
	}
	if len(c.Needs.Built()) > 0 {
		env.Bins = r.backing.bins
	}
	if c.Needs.Servers() {
		env.Servers = r.backing.servers
	}
	res := check.Execute(ctx, c, env)
	if res.Standstill > 0 && ctx.Err() == nil {
		r.emit(Said{Text: res.Fault + "; it runs again: " + c.Sentence})
		r.emit(CheckStarted{ID: c.ID, Sentence: c.Sentence, At: time.Now()})
		res = check.Execute(ctx, c, env)
	}
	if res.Hung {
		r.hung(errHung)
	}
	if res.Verdict == check.NotRun && errors.Is(context.Cause(ctx), errHung) {
		res.Fault = errHung.Error()
	}
	r.done(index, res)
}

// errHung ends the rest of a run: code that does not come back in one check makes every other one wait as long.
var errHung = errors.New("your code hangs: see the failure")

func (r *runner) done(index int, res check.Result) {
	if r.plan.Hint != nil && res.Failure != "" {
		res.Hint = r.plan.Hint(res)
	}
	if res.Verdict != check.Pass {
		res.Repeat = r.repeat(res.CheckID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[index] = res
	r.observe(CheckFinished{Result: res})
}

func (r *runner) finish(ctx context.Context) (check.Report, error) {
	r.mu.Lock()
	report := check.Report{
		Schema: check.Schema, Lesson: r.plan.Lesson, Dir: r.plan.Dir, Seed: r.plan.Seed, Infra: r.infra,
		Started: r.began, ElapsedMS: time.Since(r.began).Milliseconds(), Interrupted: ctx.Err() != nil,
		Results: slices.Clone(r.results),
	}
	r.mu.Unlock()
	if r.plan.Holes != nil {
		report.Holes = r.plan.Holes(report.Results)
	}
	report.Verdict = check.Judge(report.Results, report.Interrupted)
	err := r.keep.write(&report)
	r.emit(RunFinished{Report: report})
	return report, err
}

func (r *runner) emit(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ready, ok := e.(InfraReady); ok {
		r.infra = ready.Line
	}
	r.observe(e)
}

func (r *runner) repeat(id string) string {
	if r.plan.Lesson.Number == 0 {
		return ""
	}
	return fmt.Sprintf("go run ./checker check %d --only %s --seed %d", r.plan.Lesson.Number, id, r.plan.Seed)
}

func notRun(c check.Check, seed uint64, why string) check.Result {
	return check.Result{
		CheckID: c.ID, Topic: c.Topic, Sentence: c.Sentence, Verdict: check.NotRun,
		Steps: []check.Step{}, Seed: seed, Fault: why,
	}
}
