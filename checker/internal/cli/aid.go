package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/report"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/tui"
	"stagecraft/checker/internal/workspace"
)

// about makes a command about one lesson.
func (a *app) about(use, short string, do func(*cobra.Command, *studio, lesson.Lesson) error) *cobra.Command {
	return &cobra.Command{
		Use: use + " [LESSON]", Short: short, Args: oneLesson, ValidArgsFunction: a.completeLesson,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			l, err := s.pick(args)
			if err != nil {
				return err
			}
			return do(cmd, s, l)
		},
	}
}

func (a *app) hintCommand() *cobra.Command {
	var id string
	c := a.about("hint", "A hint for the failure; each time a stronger one", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		return a.hint(cmd.Context(), cmd.OutOrStdout(), s, l, id)
	})
	c.Flags().StringVar(&id, "check", "", "the check it is about, when not the first that fails")
	return c
}

// hint prints the next hint for the failure of a check; "" means the first check that failed in the last run.
func (a *app) hint(ctx context.Context, out io.Writer, s *studio, l lesson.Lesson, id string) error {
	if id == "" && s.allPassed(l) {
		fmt.Fprintf(out, "Nothing failed in the last run. `go run ./checker hint %d --check ID` shows the hints of a check.\n", l.Number)
		return nil
	}
	res, ok := check.Result{CheckID: id, Sentence: sentence(id)}, id != ""
	if ok {
		if last, ran := s.result(l, id); ran && (last.Verdict == check.Fail || last.Verdict == check.BuildError) {
			res = last
		}
	} else if res, ok = s.failing(l); !ok {
		return fmt.Errorf("hints are about a failing check; run `go run ./checker check %d` first", l.Number)
	}
	if text := withoutTopic(res); text != "" {
		fmt.Fprintf(out, "%s\n%s\n\n%s\n", res.Sentence, res.Message, text)
		return nil
	}
	p, err := progress.Load(s.root)
	if err != nil {
		return err
	}
	failure := failureOf(res)
	level := p.Of(l.Name()).Hints[failure] + 1
	text, of, err := s.hint(ctx, l, failure, level)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, res.Sentence)
	if res.Message != "" {
		fmt.Fprintln(out, res.Message)
	}
	fmt.Fprintf(out, "hint %d of %d\n\n%s\n", min(level, of), of, text)
	if level < of {
		fmt.Fprintf(out, "\nAsk again for a stronger one.\n")
	}
	s.showNews(out)
	return nil
}

func (a *app) diffCommand() *cobra.Command {
	var start, reference, yes bool
	c := a.about("diff", "Your changes since the start; after a pass, your code against the reference", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		passed := s.passed(l)
		text, err := "", error(nil)
		if reference || passed && !start {
			if !passed && !yes {
				if err := a.askForSolution(cmd, l, "diff --reference"); err != nil {
					return err
				}
			}
			if err := s.sawSolution(l); err != nil {
				return err
			}
			if text, err = s.besideReference(l); text == "" {
				text = "Your code is the same as the reference.\n"
			}
		} else if text, err = s.ownChanges(l); text == "" {
			text = "You have not changed anything yet.\n"
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(cmd.OutOrStdout(), text)
		return err
	})
	c.Flags().BoolVar(&start, "start", false, "your changes since the start, also after a pass")
	c.Flags().BoolVar(&reference, "reference", false, "against the reference, also before a pass")
	c.Flags().BoolVar(&yes, "yes", false, "show the reference although the lesson has not passed")
	return c
}

func (a *app) solutionCommand() *cobra.Command {
	var yes bool
	c := a.about("solution", "The reference: after a pass, or after your yes", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		if !s.passed(l) && !yes {
			if err := a.askForSolution(cmd, l, "solution"); err != nil {
				return err
			}
		}
		text, err := s.solution(l)
		if err != nil {
			return err
		}
		if err := s.sawSolution(l); err != nil {
			return err
		}
		if a.screen.colour {
			text = tui.Markdown(text, a.screen.width)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
		return err
	})
	c.Flags().BoolVar(&yes, "yes", false, "show it although the lesson has not passed")
	return c
}

// askForSolution asks on a terminal whether to show the reference before a pass; elsewhere command needs --yes.
func (a *app) askForSolution(cmd *cobra.Command, l lesson.Lesson, command string) error {
	refused := fmt.Errorf("lesson %d has not passed yet; `go run ./checker %s %d --yes` shows the reference anyway", l.Number, command, l.Number)
	if !a.screen.interactive {
		return refused
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Lesson %d has not passed yet. Show the reference anyway? Type yes: ", l.Number)
	answer, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if err != nil || strings.TrimSpace(strings.ToLower(answer)) != "yes" {
		return refused
	}
	return nil
}

func (a *app) timelineCommand() *cobra.Command {
	var page bool
	c := a.about("timeline", "What happened to your services in the last run", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		rep, ok := run.Latest(s.root, l.Slug)
		if !ok {
			return fmt.Errorf("lesson %d has not been run; `go run ./checker check %d` runs it", l.Number, l.Number)
		}
		if page {
			place, err := uiShop{s}.Browse(l.Number)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "opened "+place)
			return nil
		}
		text := report.TimelineText(rep, a.screen.width)
		if text == "" {
			return errors.New("nothing to draw: no check of the last run talked to services")
		}
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\nPage: %s\n", strings.TrimRight(text, "\n")+"\n", s.relative(rep.RunDir)+"/timeline.html")
		return err
	})
	c.Flags().BoolVar(&page, "page", false, "open it as a page in the browser")
	return c
}

func (a *app) resetCommand() *cobra.Command {
	var reference bool
	c := a.about("reset", "Begin a lesson anew; your copy moves to a dated backup", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		var own workspace.Own
		if !reference {
			own = s.shop(cmd.Context(), l)
		}
		made, err := workspace.Reset(s.root, l, own)
		if err != nil {
			return err
		}
		if err := s.forget(l); err != nil {
			return err
		}
		if _, err := s.start(cmd.Context(), l, reference); err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		if made.Backup != "" {
			fmt.Fprintf(out, "Your copy is kept in %s.\n", s.relative(made.Backup))
		}
		fmt.Fprintf(out, "%s is as it was at the start.\n", s.relative(made.Dir))
		for _, line := range own.Lines() {
			fmt.Fprintln(out, line)
		}
		return nil
	})
	c.Flags().BoolVar(&reference, "reference", false, "the reference in place of your solutions of earlier lessons")
	return c
}

func (a *app) backupsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backups", Short: "What resets have put aside", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			backups, err := workspace.Backups(s.root)
			if err != nil {
				return err
			}
			if len(backups) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "There are no backups: nothing has been reset.")
			}
			for _, b := range backups {
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s\n", b.Taken.Format("2006-01-02 15:04"), b.Lesson, s.relative(b.Dir))
			}
			return nil
		},
	}
}
