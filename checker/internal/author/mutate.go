package author

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/author/mutate"
	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/run"
)

// Mutate makes wrong versions of the declarations that a lesson's starter takes away, has each graded, and prints those that every
// check passes. limit > 0 takes a sample. The error is a *Faulty when a lesson's score is too low.
func Mutate(ctx context.Context, o Options, limit int) error {
	if o.grade == nil {
		o.grade = gradeUntilFailure
	}
	o.fill()
	lessons, err := o.lessons()
	if err != nil {
		return err
	}
	s, err := o.sources(ctx, o.Root)
	if err != nil {
		return fmt.Errorf("find what the score depends on: %w", err)
	}
	var total Faulty
	for _, l := range lessons {
		t := &trial{Options: o, lesson: l, sources: s}
		if err := t.run(ctx, limit); err != nil {
			return fmt.Errorf("lesson %s: %w", l.Name(), err)
		}
		total.Found += t.faults
		total.Unjudged += t.unjudged
	}
	if total.Found+total.Unjudged > 0 {
		return &total
	}
	return nil
}

// A trial is the mutants of one lesson being graded.
type trial struct {
	Options
	lesson     lesson.Lesson
	sources    *sources
	equivalent map[string]equivalent // by key

	mu               sync.Mutex // guards what follows
	score            mutationScore
	faults, unjudged int
}

func (t *trial) run(ctx context.Context, limit int) error {
	began := time.Now()
	inputs, err := t.sources.mutationHash(t.Root, t.lesson)
	if err != nil {
		return err
	}
	if t.equivalent, err = readEquivalent(t.lesson); err != nil {
		return err
	}
	taken, err := takenAway(t.Root, t.lesson)
	if err != nil {
		return err
	}
	stage := filepath.Join(t.Root, t.lesson.Stage)
	mutants, err := mutate.Generate(stage, taken)
	if err != nil {
		return err
	}
	t.reportStale(mutants)
	sample := t.sample(mutants, limit)
	t.score = mutationScore{Inputs: inputs, Skipped: len(mutants) - len(sample)}
	fmt.Fprintf(t.Out, "%s: %d mutants\n", t.lesson.Name(), len(sample))
	if err := t.gradeAll(ctx, stage, sample); err != nil {
		return err
	}
	s := t.score
	fmt.Fprintf(t.Out, "%s: %.1f %%: %d killed, %d survived, %d equivalent, %d not judged, in %s\n",
		t.lesson.Name(), s.percent(), s.Killed, s.Survived, s.Equivalent, t.unjudged, time.Since(began).Round(time.Second))
	if s.percent() < wantedScore {
		t.faults++
	}
	if !t.Record || t.Only != "" || t.unjudged > 0 {
		return nil
	}
	return updateRecord(t.Root, t.lesson.Name(), func(e *entry) { e.Mutation = &s })
}

// sample takes limit of the mutants, in their order.
func (t *trial) sample(mutants []mutate.Mutant, limit int) []mutate.Mutant {
	if t.Only != "" {
		mutants = slices.DeleteFunc(slices.Clone(mutants), func(m mutate.Mutant) bool { return !strings.Contains(m.Key(), t.Only) })
	}
	if limit <= 0 || limit >= len(mutants) {
		return mutants
	}
	seed := t.Seed
	if seed == 0 {
		seed = uint64(rand.Uint32()) + 1
	}
	fmt.Fprintf(t.Out, "%s: a sample of %d of %d mutants (seed %d)\n", t.lesson.Name(), limit, len(mutants), seed)
	order := rand.New(rand.NewPCG(seed, seed)).Perm(len(mutants))[:limit]
	slices.Sort(order)
	sample := make([]mutate.Mutant, limit)
	for i, at := range order {
		sample[i] = mutants[at]
	}
	return sample
}

func (t *trial) fault(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults++
	fmt.Fprintf(t.Out, "  ✗ "+format+"\n", args...)
}

func (t *trial) gradeAll(ctx context.Context, stage string, mutants []mutate.Mutant) error {
	jobs := make(chan mutate.Mutant)
	var workers sync.WaitGroup
	var failed error
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	fastest := sync.OnceValues(func() (lesson.Lesson, error) { return t.fastestFirst(ctx) })
	for range t.Parallel {
		workers.Go(func() {
			if err := t.work(ctx, fastest, stage, jobs); err != nil {
				cancel(err)
				for range jobs { // the sender must not wait for ever
				}
			}
		})
	}
	for _, m := range mutants {
		jobs <- m
	}
	close(jobs)
	workers.Wait()
	if ctx.Err() != nil {
		failed = context.Cause(ctx)
	}
	return failed
}

func (t *trial) work(ctx context.Context, fastest func() (lesson.Lesson, error), stage string, jobs <-chan mutate.Mutant) error {
	place, err := takeSlot(t.Root, "mutate")
	if err != nil {
		return err
	}
	defer place.free()
	l, err := fastest()
	if err != nil {
		return err
	}
	if err := proof.Reference(l).Write(t.Root, place.dir); err != nil {
		return err
	}
	for m := range jobs {
		before, err := os.ReadFile(filepath.Join(stage, m.File))
		if err != nil {
			return err
		}
		file := filepath.Join(place.dir, m.File)
		if err := os.WriteFile(file, m.Source, 0o644); err != nil {
			return err
		}
		report, err := t.grade(ctx, t.Root, l, place.dir, t.Seed, nil)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		t.count(m, report, before)
		if err := os.WriteFile(file, before, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fastestFirst grades the reference, which must pass, and returns the lesson with its checks in the order of the time that they took.
func (t *trial) fastestFirst(ctx context.Context) (lesson.Lesson, error) {
	place, err := takeSlot(t.Root, "mutate")
	if err != nil {
		return lesson.Lesson{}, err
	}
	defer place.free()
	if err := proof.Reference(t.lesson).Write(t.Root, place.dir); err != nil {
		return lesson.Lesson{}, err
	}
	report, err := t.grade(ctx, t.Root, t.lesson, place.dir, t.Seed, nil)
	if err != nil {
		return lesson.Lesson{}, err
	}
	took := map[string]int64{}
	for _, r := range report.Results {
		if r.Verdict != check.Pass {
			return lesson.Lesson{}, fmt.Errorf("the reference must pass %s: %s %s", r.CheckID, proof.Describe(r), r.Fault)
		}
		took[r.CheckID] = r.ElapsedMS
	}
	l := t.lesson
	l.Checks = slices.Clone(l.Checks)
	slices.SortStableFunc(l.Checks, func(a, b string) int { return cmp.Compare(took[a], took[b]) })
	return l, nil
}

// count sorts a mutant in by what became of it, and prints what is not as it should be.
func (t *trial) count(m mutate.Mutant, report check.Report, before []byte) {
	killer, open := "", ""
	for _, r := range report.Results {
		switch r.Verdict {
		case check.Fail, check.BuildError:
			killer = r.CheckID
		case check.Unknown, check.NotRun:
			open = r.Fault
		}
	}
	e, isEquivalent := t.equivalent[m.Key()]
	if killer != "" && isEquivalent {
		t.fault("%s lists as equivalent (%s) what %s fails: %s", equivalentFile, e.Reason, killer, m.Key())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case killer != "":
		t.score.Killed++
	case open != "":
		t.unjudged++
		fmt.Fprintf(t.Out, "  ? %s:%d: %s: %s\n", m.File, m.Line, m.Key(), open)
	case isEquivalent:
		t.score.Equivalent++
	default:
		t.score.Survived++
		fmt.Fprintf(t.Out, "  survived: %s:%d\n%s%s\n", m.File, m.Line, indent(m.Diff(before), "    "), indent(entryFor(m), "    "))
	}
}

func indent(text, by string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(by + line)
	}
	return out.String()
}

// gradeUntilFailure runs the checks and stops at the first that fails.
func gradeUntilFailure(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	return run.Lesson(inner, run.Request{Root: root, Lesson: l, Dir: dir, Only: only, First: []string{}, Seed: seed, Discard: true}, func(e run.Event) {
		if finished, ok := e.(run.CheckFinished); ok && finished.Result.Verdict == check.Fail {
			cancel()
		}
	})
}

// takenAway are the stage's declarations that the starter replaces or drops, by file.
func takenAway(root string, l lesson.Lesson) (map[string][]string, error) {
	stage := os.DirFS(filepath.Join(root, l.Stage))
	taken := map[string][]string{}
	err := fs.WalkDir(l.Starter(), ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return fs.SkipAll
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		original, err := fs.ReadFile(stage, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the starter adds it
		}
		if err != nil {
			return err
		}
		over, err := fs.ReadFile(l.Starter(), name)
		if err != nil {
			return err
		}
		has, err := mutate.Declared(original)
		if err != nil {
			return err
		}
		replaced, err := mutate.Declared(over)
		if err != nil {
			return err
		}
		for _, key := range replaced {
			if slices.Contains(has, key) {
				taken[name] = append(taken[name], key)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the starter: %w", err)
	}
	return taken, nil
}
