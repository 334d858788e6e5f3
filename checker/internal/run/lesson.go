package run

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/gotest"
	"stagecraft/checker/internal/lesson"
)

// Request asks for a lesson to be graded.
type Request struct {
	Root     string // of the repository
	Lesson   lesson.Lesson
	Dir      string   // the code under test: a workspace, the reference stage, or a copy made by author verify
	Only     []string // ids of checks; empty: all
	First    []string // ids to run before the others; nil: those that did not pass last time
	Seed     uint64   // 0: chosen at random
	Parallel int      // checks side by side; 0: by cores, at most 4
	Discard  bool     // keep no artefacts and do not touch the lesson's last run
}

// Lesson grades the code in req.Dir. When ctx is cancelled everything is stopped and the results so far are returned.
// The error is about the request or the disk, never about the learner's code.
func Lesson(ctx context.Context, req Request, observe func(Event)) (check.Report, error) {
	found, err := checks.Find(req.Lesson.Checks...)
	if err != nil {
		return check.Report{}, fmt.Errorf("lesson %s: %w", req.Lesson.Name(), err)
	}
	return Checks(ctx, Plan{
		Root: req.Root,
		Dir:  req.Dir,
		Lesson: check.LessonRef{
			Number: req.Lesson.Number, Slug: req.Lesson.Slug, Title: req.Lesson.Title, Stage: req.Lesson.Stage,
		},
		Checks:   found,
		Only:     req.Only,
		First:    req.First,
		Seed:     req.Seed,
		Parallel: req.Parallel,
		Discard:  req.Discard,
		Hint: func(id string) string {
			if hints := req.Lesson.Hints(id); len(hints) > 0 {
				return hints[0]
			}
			return ""
		},
		Tests: func(dir string, seed uint64, selected []check.Check) check.Tester {
			return gotest.New(dir, seed, selected)
		},
		Backing: realBacking{root: req.Root},
	}, observe)
}
