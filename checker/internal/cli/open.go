package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/tui"
)

// uiStart says where the interface opens; no lesson means where the learner was.
type uiStart struct {
	lesson lesson.Lesson
	watch  bool
}

// open shows the terminal interface until the learner leaves.
func (a *app) open(ctx context.Context, at uiStart) error {
	s, err := openStudio(a.dir)
	if err != nil {
		return err
	}
	number := at.lesson.Number
	if number == 0 {
		if l, ok := s.here(); ok {
			number = l.Number
		} else if p, err := progress.Load(s.root); err == nil && p.Current != "" {
			if l, err := lesson.Find(s.lessons, p.Current); err == nil {
				number = l.Number
			}
		}
	}
	start := tui.Start{Lesson: number, Watch: at.watch, Plain: os.Getenv("NO_COLOR") != ""}
	return tui.Run(ctx, uiShop{s}, start, a.err)
}

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "The lessons, and how far you are", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.list(cmd.OutOrStdout()) },
	}
}

// list prints the catalogue with the learner's progress.
func (a *app) list(out io.Writer) error {
	s, err := openStudio(a.dir)
	if err != nil {
		return err
	}
	lessons, err := uiShop{s}.Lessons()
	if err != nil {
		return err
	}
	if len(lessons) == 0 {
		fmt.Fprintln(out, "There are no lessons in this repository yet.")
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, l := range lessons {
		sign := [...]string{tui.Untouched: " ", tui.Started: "›", tui.Passed: "✓"}[l.State]
		needs := "no servers"
		if l.Needs != "" {
			needs = l.Needs
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%d min\t%s\n", sign, l.Number, l.Title, l.Kind, l.Minutes, needs)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	next := lessons[0]
	for _, l := range lessons {
		if l.State != tui.Passed {
			next = l
			break
		}
	}
	fmt.Fprintf(out, "\n✓ passed  › started      next: make lesson %d\n", next.Number)
	return nil
}

func (a *app) startCommand() *cobra.Command {
	var open bool
	c := &cobra.Command{
		Use: "start LESSON", Short: "Make your copy of a lesson", Args: oneLesson,
		Long: "Makes workspace/NN-slug, a Go module of its own, unless you have it already. Nothing of yours is ever overwritten.",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := openStudio(a.dir)
			if err != nil {
				return err
			}
			l, err := s.pick(args)
			if err != nil {
				return err
			}
			dir, created, err := s.start(l)
			if err != nil {
				return err
			}
			if open && a.screen.interactive {
				return a.open(cmd.Context(), uiStart{lesson: l})
			}
			a.where(cmd.OutOrStdout(), s, l, dir, created)
			if !open {
				return nil
			}
			fmt.Fprintln(cmd.OutOrStdout())
			return a.printLesson(cmd.OutOrStdout(), s, l)
		},
	}
	c.Flags().BoolVar(&open, "open", false, "then open the lesson: in the interface on a terminal, else as text")
	return c
}

// where says where the workspace is, which files to open and how to check.
func (a *app) where(out io.Writer, s *studio, l lesson.Lesson, dir string, created bool) {
	state := "you have started this one already"
	if created {
		state = "new"
	}
	fmt.Fprintf(out, "Lesson %d · %s\n\n", l.Number, l.Title)
	fmt.Fprintf(out, "Workspace  %s (%s)\n", s.relative(dir), state)
	for i, file := range l.Files {
		head := "          "
		if i == 0 {
			head = "Open      "
		}
		fmt.Fprintf(out, "%s %s\n", head, strings.TrimSuffix(s.relative(dir), "/")+"/"+file)
	}
	fmt.Fprintf(out, "Check      go run ./checker check %d\n", l.Number)
	fmt.Fprintf(out, "On save    go run ./checker watch %d\n", l.Number)
	fmt.Fprintf(out, "Stuck      go run ./checker hint %d\n", l.Number)
}

func (a *app) lessonCommand() *cobra.Command {
	return &cobra.Command{
		Use: "lesson [LESSON]", Short: "The text of a lesson", Args: oneLesson,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := openStudio(a.dir)
			if err != nil {
				return err
			}
			l, err := s.pick(args)
			if err != nil {
				return err
			}
			return a.printLesson(cmd.OutOrStdout(), s, l)
		},
	}
}

// printLesson prints the markdown as it is, rendered for eyes when there are some.
func (a *app) printLesson(out io.Writer, s *studio, l lesson.Lesson) error {
	text, err := s.text(l)
	if err != nil {
		return err
	}
	text = fmt.Sprintf("# %d · %s\n\n%s", l.Number, l.Title, text)
	if a.screen.colour {
		text = tui.Markdown(text, a.screen.width)
	}
	_, err = fmt.Fprintln(out, strings.TrimRight(text, "\n"))
	return err
}
