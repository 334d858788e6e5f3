package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/hollow"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/workspace"
)

// shop is what a new workspace of the lesson holds in place of the reference: the learner's solutions of the stage's earlier lessons that
// have passed and still fit, and holes where an answer of a lesson would show that has not passed. CONTRIBUTING.md has the rule.
func (s *studio) shop(ctx context.Context, l lesson.Lesson) workspace.Own {
	own := workspace.Own{Hollow: slices.DeleteFunc(hollow.Of(l, s.lessons), s.passed)}
	for _, earlier := range s.lessons {
		if earlier.Number >= l.Number || earlier.Stage != l.Stage || !s.passed(earlier) {
			continue
		}
		over, sameStage, err := workspace.KeptSolution(s.root, earlier)
		if errors.Is(err, fs.ErrNotExist) {
			own.LeftOut = append(own.LeftOut, fmt.Sprintf("Your solution of lesson %d is not in it: none was kept; `go run ./checker check %d` keeps it.",
				earlier.Number, earlier.Number))
			continue
		}
		if err == nil {
			err = s.fits(ctx, l, earlier, append(slices.Clone(own.Overlays), over), sameStage)
		}
		if err != nil {
			own.LeftOut = append(own.LeftOut, fmt.Sprintf("Your solution of lesson %d no longer fits the stage, so the reference is in its place (%s).",
				earlier.Number, oneLine(err)))
			continue
		}
		own.Overlays = append(own.Overlays, over)
		own.Lessons = append(own.Lessons, earlier)
	}
	return own
}

// fits says why the last of the overlays, the learner's solution of the earlier lesson, cannot be in the lesson's workspace: it cannot be laid
// over the stage or under the starter, does not compile there, or fails a check of its own lesson that needs no servers, for which the
// recorded pass is enough while the stage is the same.
func (s *studio) fits(ctx context.Context, l, earlier lesson.Lesson, overlays []fs.FS, sameStage bool) error {
	dir, err := os.MkdirTemp("", "stagecraft-fits-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	under := filepath.Join(dir, "under")
	if err := workspace.Make(under, s.root, l.Stage, append(slices.Clone(overlays), l.Starter())...); err != nil {
		return err
	}
	if err := build.Compile(ctx, under); err != nil || sameStage {
		return err
	}
	alone := filepath.Join(dir, "alone")
	if err := workspace.Make(alone, s.root, l.Stage, overlays...); err != nil {
		return err
	}
	found, err := checks.Find(earlier.Checks...)
	if err != nil {
		return err
	}
	var quick []string
	for _, c := range found {
		if c.Needs.Nothing() && c.Tests != nil {
			quick = append(quick, c.ID)
		}
	}
	if len(quick) == 0 {
		return nil
	}
	report, err := run.Lesson(ctx, run.Request{Root: s.root, Lesson: earlier, Dir: alone, Only: quick, Discard: true}, func(run.Event) {})
	if err != nil {
		return err
	}
	for _, r := range report.Results {
		if r.Verdict == check.Fail || r.Verdict == check.BuildError {
			return fmt.Errorf("%s: %s", r.CheckID, r.Message)
		}
	}
	return nil
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
