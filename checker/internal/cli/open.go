package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/tui"
	"stagecraft/checker/internal/workspace"
)

// uiStart says where the interface opens; no lesson means where the learner was.
type uiStart struct {
	lesson lesson.Lesson
	watch  bool
}

// open shows the terminal interface until the learner leaves.
func (a *app) open(ctx context.Context, at uiStart) error {
	s, err := a.studio()
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
	s.background = true
	defer s.sending.Wait() // a second at most
	defer s.pages.close()
	return tui.Run(ctx, uiShop{s}, start, a.err)
}

func (a *app) listCommand() *cobra.Command {
	return a.withScores(&cobra.Command{
		Use: "list", Short: "The lessons, and how far you are", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.list(cmd.OutOrStdout()) },
	})
}

// list prints the curriculum by stage with the learner's progress.
func (a *app) list(out io.Writer) error {
	s, err := a.studio()
	if err != nil {
		return err
	}
	lessons, err := uiShop{s}.Lessons()
	if err != nil {
		return err
	}
	stage := 0
	for _, l := range lessons {
		if number := lesson.StageNumber(l.Stage); number != stage {
			if stage != 0 {
				fmt.Fprintln(out)
			}
			stage = number
			fmt.Fprintln(out, lesson.StageTitle(stage))
		}
		fmt.Fprintln(out, a.row(l))
	}
	next := "every lesson that there is has passed"
	if l, err := s.next(); err == nil {
		next = fmt.Sprintf("next: make lesson %d", l.Number)
	}
	fmt.Fprintf(out, "\n✓ passed  › started      %s\n", next)
	return nil
}

// row is a lesson's line of the list; planned ones are dim.
func (a *app) row(l tui.Lesson) string {
	const format = "%s %3d  %-39s  %-9s  %s"
	if l.State == tui.Planned {
		line := fmt.Sprintf(format, " ", l.Number, l.Title, l.Kind, "planned")
		if a.screen.colour {
			line = "\x1b[2m" + line + "\x1b[0m"
		}
		return line
	}
	sign := map[tui.State]string{tui.Untouched: " ", tui.Started: "›", tui.Passed: "✓"}[l.State]
	needs := "no servers"
	if l.Needs != "" {
		needs = l.Needs
	}
	return fmt.Sprintf(format, sign, l.Number, l.Title, l.Kind, fmt.Sprintf("%d min  %s", l.Minutes, needs))
}

// completeLesson proposes lessons to the shell.
func (a *app) completeLesson(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	s, err := openStudio(a.dir)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := []string{"next", "tour\t0 · A tour of the workshop"}
	for _, l := range s.lessons {
		names = append(names, fmt.Sprintf("%s\t%d · %s", l.Slug, l.Number, l.Title))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) startCommand() *cobra.Command {
	var open, reference bool
	c := &cobra.Command{
		Use: "start LESSON", Short: "Make your copy of a lesson", Args: oneLesson, ValidArgsFunction: a.completeLesson,
		Long: "Makes workspace/NN-slug, a Go module of its own, unless you have it already. Nothing of yours is ever overwritten.\n" +
			"It contains your own solutions of earlier lessons of the stage; with --reference it has the reference in their place.\n" +
			"`start next` goes to the next lesson that has not passed; `start 0` shows the tour.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if isTour(args) {
				return a.tour(cmd.Context(), cmd.OutOrStdout(), open)
			}
			s, err := a.studio()
			if err != nil {
				return err
			}
			l, err := s.pick(args)
			if err != nil {
				return err
			}
			made, err := s.start(cmd.Context(), l, reference)
			if err != nil {
				return err
			}
			a.download(cmd, made.Dir)
			if open && a.screen.interactive {
				return a.open(cmd.Context(), uiStart{lesson: l})
			}
			a.where(cmd.OutOrStdout(), s, l, made)
			s.showNews(cmd.OutOrStdout())
			if !open {
				return nil
			}
			fmt.Fprintln(cmd.OutOrStdout())
			return a.printLesson(cmd.OutOrStdout(), s, l)
		},
	}
	c.Flags().BoolVar(&reference, "reference", false, "the reference in place of your solutions of earlier lessons")
	c.Flags().BoolVar(&open, "open", false, "then open the lesson: in the interface on a terminal, else as text")
	return c
}

// where says where the workspace is, which files to open and how to check.
func (a *app) where(out io.Writer, s *studio, l lesson.Lesson, made workspace.Made) {
	state := "you have started this one already"
	if made.Created {
		state = "new"
	}
	fmt.Fprintf(out, "Lesson %d · %s\n\n", l.Number, l.Title)
	fmt.Fprintf(out, "Workspace  %s (%s)\n", s.relative(made.Dir), state)
	for i, file := range l.Files {
		head := "          "
		if i == 0 {
			head = "Open      "
		}
		fmt.Fprintf(out, "%s %s\n", head, strings.TrimSuffix(s.relative(made.Dir), "/")+"/"+file)
	}
	if made.Created {
		for _, line := range strings.Split(workspace.OwnLines(s.root, l), "\n") {
			if line != "" {
				fmt.Fprintf(out, "Shop       %s\n", line)
			}
		}
	}
	fmt.Fprintf(out, "Check      go run ./checker check %d\n", l.Number)
	fmt.Fprintf(out, "On save    go run ./checker watch %d\n", l.Number)
	fmt.Fprintf(out, "Stuck      go run ./checker hint %d\n", l.Number)
}

func (a *app) lessonCommand() *cobra.Command {
	return &cobra.Command{
		Use: "lesson [LESSON]", Short: "The text of a lesson", Args: oneLesson, ValidArgsFunction: a.completeLesson,
		RunE: func(cmd *cobra.Command, args []string) error {
			if isTour(args) {
				return a.tour(cmd.Context(), cmd.OutOrStdout(), false)
			}
			s, err := a.studio()
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
