// Package author has the tools for those who write lessons: it proves that the lessons grade correctly.
package author

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/lesson"
)

// Options says what to prove and how.
type Options struct {
	Root     string
	Lessons  []string // numbers or names; empty: all
	Out      io.Writer
	Parallel int    // variants side by side; 0: one per core
	Seed     uint64 // of the runs; 0: chosen at random and printed

	// Of Verify only.
	Only            string // a part of the variant's name ("mutant/late", "reference"); empty: all
	Changed         bool   // prove only the lessons that differ from the record, and a sample of the others
	Shard           string // "2/4": the second of four parts of the lessons; empty: all
	Record          bool   // keep what was proved in lessons/verified.jsonl
	RequireMutation bool   // a missing, stale or low mutation score is a fault

	grade   proof.Grader // nil: proof.Grade
	vet     func(ctx context.Context, dir string) error
	sources func(ctx context.Context, root string) (*sources, error)
	built   func() (time.Time, error) // when this program was built; nil: the time of its file
}

// Faulty is the error of a proof that ran to its end and found faults; they are printed already.
type Faulty struct {
	Found    int // faults of the lessons
	Unjudged int // what could not be judged, for a reason that is not the lesson's
	Unsteady int // variants that were right only when graded again
}

func (f *Faulty) Error() string {
	switch {
	case f.Unjudged > 0:
		return fmt.Sprintf("%d faults, and %d could not be judged", f.Found, f.Unjudged)
	case f.Unsteady > 0:
		return fmt.Sprintf("%d faults, and %d variants were right only when graded again", f.Found, f.Unsteady)
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
		o.grade = proof.Grade
	}
	if o.vet == nil {
		o.vet = build.Vet
	}
	if o.sources == nil {
		o.sources = loadSources
	}
	if o.built == nil {
		o.built = executableTime
	}
}

func (o *Options) prover() *proof.Prover {
	return &proof.Prover{Root: o.Root, Seed: o.Seed, Grade: o.grade, Vet: o.vet}
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
