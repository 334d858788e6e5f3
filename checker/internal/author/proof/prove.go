package proof

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/run"
)

// A Grader runs checks of a lesson against the code in dir; only is empty for all of them.
type Grader func(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error)

// Grade runs the checks as for a learner, but keeps no evidence.
func Grade(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
	return run.Lesson(ctx, run.Request{Root: root, Lesson: l, Dir: dir, Only: only, Seed: seed, Discard: true}, func(run.Event) {})
}

// A Prover grades variants.
type Prover struct {
	Root  string
	Seed  uint64 // of the runs; 0: chosen at random
	Grade Grader
	Vet   func(ctx context.Context, dir string) error
}

// Prove makes a variant in dir and has it graded. What cannot be judged is tried once more: the machine may have been busy.
func (p *Prover) Prove(ctx context.Context, v Variant, dir string) Finding {
	if err := v.Write(p.Root, dir); err != nil {
		return Finding{Faults: []string{OneLine(err)}}
	}
	var f Finding
	for range 2 {
		report, err := p.Grade(ctx, p.Root, v.Lesson, dir, p.Seed, v.only())
		if err != nil {
			return Finding{Unjudged: []string{OneLine(err)}}
		}
		if f = v.judge(report); len(f.Unjudged) == 0 || ctx.Err() != nil {
			break
		}
	}
	if v.Mutant == nil && ctx.Err() == nil {
		p.compile(ctx, &f, dir)
	}
	if v.Name == "starter" {
		missingFiles(&f, v.Lesson, dir)
	}
	return f
}

// compile makes sure that the whole workspace compiles, including what no check of the lesson builds.
func (p *Prover) compile(ctx context.Context, f *Finding, dir string) {
	err := p.Vet(ctx, dir)
	var failed *build.Error
	switch {
	case err == nil:
	case errors.As(err, &failed):
		f.Fault("go vet ./... reports: %s", strings.TrimSpace(failed.Output))
	default:
		f.Unjudged = append(f.Unjudged, OneLine(err))
	}
}

// missingFiles reports files that lesson.md asks the learner to open and that the workspace does not have.
func missingFiles(f *Finding, l lesson.Lesson, dir string) {
	for _, name := range l.Files {
		if name == lesson.ChangeFile {
			continue // made with the workspace
		}
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			f.Fault("lesson.md: files names %s, which the starter does not have", name)
		}
	}
}

// OneLine is an error's text without line breaks.
func OneLine(err error) string { return strings.ReplaceAll(fmt.Sprint(err), "\n", "; ") }
