package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

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
		Source:   req.Lesson.Dir,
		Written:  written(req),
		Checks:   found,
		Only:     req.Only,
		First:    req.First,
		Seed:     req.Seed,
		Parallel: req.Parallel,
		Discard:  req.Discard,
		Holes:    holesOf(req.Lesson, req.Dir),
		Hint:     func(res check.Result) string { return firstHint(req.Lesson, res) },
		Tests: func(dir string, seed uint64, selected []check.Check) check.Tester {
			return gotest.New(dir, seed, selected)
		},
		Backing: realBacking{root: req.Root},
	}, observe)
}

// firstHint is the gentlest hint for a failure. For code that does not compile it is the signature that the lesson gives.
func firstHint(l lesson.Lesson, res check.Result) string {
	if res.Verdict == check.BuildError {
		return l.Signature(res.Message + "\n" + res.Seen)
	}
	if hints := l.Hints(res.Failure); len(hints) > 0 {
		return hints[0]
	}
	return ""
}

// written is where the learner's texts are: beside the code, but for a stage itself, whose texts are the lesson's own answer.
func written(req Request) string {
	if dir := filepath.Clean(req.Dir); filepath.Dir(dir) == filepath.Clean(req.Root) && lesson.StageNumber(filepath.Base(dir)) > 0 {
		return req.Lesson.AnswerDir()
	}
	return req.Dir
}

// holesOf returns how to judge the holes of a lesson in dir; what is untouched is decided now, before a save can change it.
func holesOf(l lesson.Lesson, dir string) func([]check.Result) []check.Hole {
	untouched := make([]bool, len(l.Holes))
	for i, h := range l.Holes {
		untouched[i] = l.Untouched(h, os.DirFS(dir))
	}
	return func(results []check.Result) []check.Hole {
		var holes []check.Hole
		for i, h := range l.Holes {
			hole := check.Hole{Name: h.Name, At: h.At, Checks: h.Checks}
			hole.State = check.JudgeHole(hole, untouched[i], results)
			holes = append(holes, hole)
		}
		return holes
	}
}
