// Package run runs the checks of a lesson against a directory and keeps the evidence.
package run

import (
	"context"

	"stagecraft/checker/internal/check"
)

// Plan is everything that a run needs to know. Lesson makes one out of a lesson.
type Plan struct {
	Root     string // of the repository; artefacts go to Root/.stagecraft/runs
	Dir      string // the code under test, laid out as a stage
	Lesson   check.LessonRef
	Source   string // the lesson's directory
	Written  string // where the learner's texts are
	Checks   []check.Check
	Only     []string // ids; empty: all
	First    []string // ids to run before the others; nil: those that did not pass last time
	Seed     uint64   // 0: chosen at random
	Parallel int      // checks side by side; 0: by cores, at most 4
	Discard  bool     // keep no artefacts

	Holes   func([]check.Result) []check.Hole
	Hint    func(check.Result) string // the first hint for a check that did not pass, or ""
	Tests   TestsFunc                 // compiles and runs white-box tests
	Backing Backing                   // what checks with services stand on
}

// TestsFunc makes the Tester for the checks that are about to run, so that all of them can share one compilation.
type TestsFunc func(dir string, seed uint64, checks []check.Check) check.Tester

// Backing builds services and provides servers.
type Backing interface {
	// Build returns the binary of each service, or a *build.Error when the learner's code does not compile.
	Build(ctx context.Context, dir string, services []string) (map[string]string, error)
	// Ensure returns running servers.
	Ensure(ctx context.Context, need check.Needs, say func(string)) (check.Servers, error)
}

// Checks runs the plan. observe may be nil; it is called from one goroutine at a time.
// The error is about the plan or the disk; what the checks found is in the report.
func Checks(ctx context.Context, plan Plan, observe func(Event)) (check.Report, error) {
	return newRunner(plan, observe).run(ctx)
}
