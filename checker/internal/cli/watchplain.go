package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/watch"
	"stagecraft/checker/internal/workspace"
)

// watchPlain grades at every save until it is interrupted; a save during a run stops that run and begins the next.
func (a *app) watchPlain(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
	ctx := cmd.Context()
	saves, err := watch.Dir(ctx, workspace.Path(s.root, l))
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		saved, err := a.watchOnce(ctx, cmd, s, l, saves)
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
func (a *app) watchOnce(ctx context.Context, cmd *cobra.Command, s *studio, l lesson.Lesson, saves <-chan struct{}) (saved bool, err error) {
	runCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		rep, err := s.grade(runCtx, l, run.Request{}, a.narrate(cmd.OutOrStdout(), cmd.ErrOrStderr(), false))
		if err == nil && runCtx.Err() == nil {
			err = a.write(cmd.OutOrStdout(), rep, gradeFlags{})
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
