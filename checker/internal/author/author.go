// Package author proves that the lessons grade truly: for those who write them, and for CI.
package author

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/run"
)

// Options says what to prove and how.
type Options struct {
	Root     string
	Lessons  []string // numbers or names; empty: all
	Out      io.Writer
	Parallel int    // variants side by side; 0: one per core
	Only     string // a part of the variant's name ("mutant/late", "reference"); empty: all. Verify only
	Seed     uint64 // of the runs; 0: chosen at random and printed

	grade grader // nil: run.Lesson
	vet   func(ctx context.Context, dir string) error
}

// A grader runs checks of a lesson against the code in dir.
type grader func(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error)

// Faulty is the error of a proof that went through and found faults; they are printed already.
type Faulty struct {
	Found    int // faults of the lessons
	Unjudged int // what could not be judged, for a reason of ours
}

func (f *Faulty) Error() string {
	if f.Unjudged > 0 {
		return fmt.Sprintf("%d faults, and %d could not be judged", f.Found, f.Unjudged)
	}
	return fmt.Sprintf("%d faults", f.Found)
}

func (o *Options) fill() {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Parallel <= 0 {
		o.Parallel = max(2, runtime.NumCPU())
	}
	if o.grade == nil {
		o.grade = gradeForReal
	}
	if o.vet == nil {
		o.vet = build.Vet
	}
}

func gradeForReal(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
	return run.Lesson(ctx, run.Request{Root: root, Lesson: l, Dir: dir, Only: only, Seed: seed, Discard: true}, func(run.Event) {})
}

// lessons are the ones asked for.
func (o *Options) lessons() ([]lesson.Lesson, error) {
	all, err := lesson.Load(o.Root)
	if len(o.Lessons) == 0 || err != nil && len(all) == 0 {
		return all, err
	}
	var picked []lesson.Lesson
	for _, query := range o.Lessons {
		l, missing := lesson.Find(all, query)
		if missing != nil {
			return nil, errors.Join(missing, err)
		}
		picked = append(picked, l)
	}
	return picked, nil
}
