package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/report"
	"stagecraft/checker/internal/run"
)

// gradeFlags are the flags of check.
type gradeFlags struct {
	json, github, reference bool
	quiet                   bool // what there is to read has been printed already
	junit                   string
	only                    []string
	seed                    uint64
}

func (a *app) checkCommand() *cobra.Command {
	var f gradeFlags
	c := &cobra.Command{
		Use: "check [LESSON]", Short: "Grade your copy: exit 0 pass, 1 fail, 2 could not judge", Args: oneLesson, ValidArgsFunction: a.completeLesson,
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd, args, f) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the result as JSON (schema: docs/result-schema.md)")
	c.Flags().StringVar(&f.junit, "junit", "", "also write JUnit XML to this file")
	c.Flags().BoolVar(&f.github, "github", false, "also print annotations for GitHub Actions")
	c.Flags().StringSliceVar(&f.only, "only", nil, "run only these checks")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "repeat a run's randomness")
	c.Flags().BoolVar(&f.reference, "reference", false, "grade the reference instead of your copy")
	return c
}

func (a *app) check(cmd *cobra.Command, args []string, f gradeFlags) error {
	s, err := a.studio()
	if err != nil {
		return err
	}
	l, err := s.pick(args)
	if err != nil {
		return err
	}
	req := run.Request{Only: f.only, Seed: f.seed}
	if f.reference {
		req.Dir, req.Discard = filepath.Join(s.root, l.Stage), true
	}
	before := s.passed(l)
	live := a.screen.colour && !f.json && !f.github
	rep, err := s.grade(cmd.Context(), l, req, a.narrate(cmd.OutOrStdout(), cmd.ErrOrStderr(), live))
	if err != nil {
		return err
	}
	if live {
		fmt.Fprint(cmd.OutOrStdout(), "\n"+report.End(rep, a.style()))
		f.quiet = true
	}
	if err := a.write(cmd.OutOrStdout(), rep, f); err != nil {
		return err
	}
	if !f.json && !f.reference {
		if err := a.end(cmd.OutOrStdout(), s, l, rep, !before); err != nil {
			return err
		}
	}
	if rep.Verdict != check.Pass {
		return judged(rep.Verdict)
	}
	return nil
}

// write renders the report in every form that was asked for.
func (a *app) write(out io.Writer, rep check.Report, f gradeFlags) error {
	if f.junit != "" {
		file, err := os.Create(f.junit)
		if err != nil {
			return fmt.Errorf("write JUnit: %w", err)
		}
		defer file.Close()
		if err := report.JUnit(file, rep); err != nil {
			return err
		}
	}
	if f.json {
		return report.JSON(out, rep)
	}
	if !f.quiet {
		if err := report.Plain(out, rep, a.style()); err != nil {
			return err
		}
	}
	if f.github {
		return report.GitHub(out, rep)
	}
	return nil
}

func (a *app) style() report.Options {
	return report.Options{Colour: a.screen.colour, Width: a.screen.width}
}

// narrate prints what takes time before the first verdict, builds and servers, and with live each check when it is judged.
func (a *app) narrate(out, err io.Writer, live bool) func(run.Event) {
	entries := report.NewEntries(a.style())
	return func(e run.Event) {
		switch e := e.(type) {
		case run.BuildStarted:
			fmt.Fprintf(err, "building %s\n", e.What)
		case run.Said:
			fmt.Fprintln(err, e.Text)
		case run.InfraReady:
			fmt.Fprintln(err, e.Line)
		case run.CheckFinished:
			if live {
				fmt.Fprint(out, entries.Next(e.Result))
			}
		}
	}
}

func (a *app) watchCommand() *cobra.Command {
	var editor bool
	c := &cobra.Command{
		Use: "watch [LESSON]", Short: "Grade at every save, the last failing check first", Args: oneLesson, ValidArgsFunction: a.completeLesson,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			l, err := s.pick(args)
			if err != nil {
				return err
			}
			if _, err := s.start(cmd.Context(), l, false); err != nil {
				return err
			}
			if a.screen.interactive && !editor {
				return a.open(cmd.Context(), uiStart{lesson: l, watch: true})
			}
			return a.watchPlain(cmd, s, l, editor)
		},
	}
	c.Flags().BoolVar(&editor, "editor", false, "plain lines, and each failure also as file:line:column: error, for an editor's problem list")
	return c
}
