package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/watch"
	"stagecraft/checker/internal/workspace"
)

// watchPlain grades at every save until it is interrupted; a save during a run stops that run and begins the next.
func (a *app) watchPlain(cmd *cobra.Command, s *studio, l lesson.Lesson, editor bool) error {
	ctx := cmd.Context()
	saves, err := watch.Dir(ctx, workspace.Path(s.root, l))
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if editor {
			fmt.Fprintf(cmd.OutOrStdout(), "grading lesson %d\n", l.Number)
		}
		saved, err := a.watchOnce(ctx, cmd, s, l, saves, editor)
		if err != nil {
			return err
		}
		if saved {
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "\nwaiting for a save in %s\n", s.relative(workspace.Path(s.root, l)))
		if _, ok := <-saves; !ok {
			break
		}
	}
	return nil
}

// watchOnce grades once. saved says that a save came meanwhile, so that the result is out of date and was not printed.
func (a *app) watchOnce(ctx context.Context, cmd *cobra.Command, s *studio, l lesson.Lesson, saves <-chan struct{}, editor bool) (saved bool, err error) {
	runCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		before := s.passed(l)
		rep, err := s.grade(runCtx, l, run.Request{}, a.narrate(cmd.OutOrStdout(), cmd.ErrOrStderr(), false))
		if err == nil && runCtx.Err() == nil {
			if err = a.write(cmd.OutOrStdout(), rep, gradeFlags{}); err == nil {
				err = a.end(cmd.OutOrStdout(), s, l, rep, !before)
				if editor {
					problems(cmd.OutOrStdout(), l, rep)
				}
			}
		}
		done <- err
	}()
	select {
	case err := <-done:
		return false, err
	case _, ok := <-saves:
		cancel()
		return ok, <-done
	}
}

// problems prints what failed as editors read it. A failure whose place is not known is shown at the file of its hole, else at the first
// file of the lesson.
func problems(out io.Writer, l lesson.Lesson, rep check.Report) {
	for _, r := range rep.Results {
		if r.Verdict != check.Fail && r.Verdict != check.BuildError {
			continue
		}
		file, line := r.File, max(r.Line, 1)
		if file == "" {
			file = fileOf(l, r.CheckID)
		}
		if !filepath.IsAbs(file) {
			file = filepath.Join(rep.Dir, filepath.FromSlash(file))
		}
		fmt.Fprintf(out, "%s:%d:1: error: %s: %s\n", file, line, r.Sentence, r.Message)
	}
}

// fileOf is where the learner works on what a check judges.
func fileOf(l lesson.Lesson, checkID string) string {
	for _, h := range l.Holes {
		if slices.Contains(h.Checks, checkID) {
			file, _, _ := strings.Cut(h.At[0], "#")
			return file
		}
	}
	if len(l.Files) > 0 {
		return l.Files[0]
	}
	return ""
}
