package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/tui"
)

func (a *app) recapCommand() *cobra.Command {
	return a.about("recap", "After a pass: what you can do now, and your code beside the reference", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		if !s.passed(l) {
			return fmt.Errorf("lesson %d has not passed yet; its recap comes after a pass", l.Number)
		}
		if err := a.recap(cmd.OutOrStdout(), s, l); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), s.afterPass())
		return nil
	})
}

// end follows the report of a run of the learner's copy: the recap after the first pass, and always the next command.
func (a *app) end(out io.Writer, s *studio, l lesson.Lesson, rep check.Report, first bool) error {
	defer s.showNews(out)
	switch {
	case rep.Verdict != check.Pass:
		fmt.Fprintln(out, s.afterFailure(l, rep))
		return nil
	case !whole(rep):
		fmt.Fprintf(out, "next: go run ./checker check %d (all checks)\n", l.Number)
		return nil
	case first:
		fmt.Fprintln(out)
		if err := a.recap(out, s, l); err != nil {
			return err
		}
	default:
		fmt.Fprintf(out, "recap: go run ./checker recap %d\n", l.Number)
	}
	fmt.Fprintln(out, s.afterPass())
	return nil
}

// afterFailure names the command that helps now.
func (s *studio) afterFailure(l lesson.Lesson, rep check.Report) string {
	switch rep.Verdict {
	case check.BuildError:
		return fmt.Sprintf("next: fix what does not compile, then go run ./checker check %d", l.Number)
	case check.Fail:
		return fmt.Sprintf("next: go run ./checker hint %d", l.Number)
	}
	if rep.Interrupted {
		return fmt.Sprintf("next: go run ./checker check %d", l.Number)
	}
	return fmt.Sprintf("next: go run ./checker doctor, then go run ./checker check %d", l.Number)
}

// afterPass names the next lesson.
func (s *studio) afterPass() string {
	if l, err := s.next(); err == nil {
		return fmt.Sprintf("next: make lesson %d   (%s)", l.Number, l.Title)
	}
	return "next: you have passed every lesson that there is; go run ./checker run stage1 shows the shop at work"
}

// recap prints the lesson's recap, the learner's code beside the reference, and what the lesson took.
func (a *app) recap(out io.Writer, s *studio, l lesson.Lesson) error {
	text, err := s.recap(l)
	if err != nil {
		return err
	}
	if a.screen.colour {
		text = tui.Markdown(text, a.screen.width)
	}
	_, err = fmt.Fprintln(out, text)
	return err
}

// recap is the end of a lesson as markdown.
func (s *studio) recap(l lesson.Lesson) (string, error) {
	body, err := lesson.Render(l.Recap(), s.root)
	if err != nil && body == "" {
		return "", fmt.Errorf("recap of lesson %d: %w", l.Number, err)
	}
	p, err := progress.Load(s.root)
	if err != nil {
		return "", err
	}
	diff, err := s.besideReference(l)
	if err != nil {
		return "", err
	}
	const most = 150 // lines; more is a page of its own
	beside := fmt.Sprintf("```diff\n%s\n```", strings.TrimRight(diff, "\n"))
	switch n := strings.Count(diff, "\n"); {
	case diff == "":
		beside = "It is the same as the reference."
	case n > most:
		beside = fmt.Sprintf("%d lines differ in some way: `go run ./checker diff %d --reference` shows them.", n, l.Number)
	}
	return fmt.Sprintf("# Lesson %d passed: %s\n\n%s\n\n## Your code beside the reference\n\n%s\n\n%s\n",
		l.Number, l.Title, strings.TrimSpace(body), beside, effort(p.Of(l.Name()))), nil
}

// effort is what the lesson took until its first pass.
func effort(of *progress.Lesson) string {
	runs := fmt.Sprintf("%d runs", of.PassedRuns)
	if of.PassedRuns == 1 {
		runs = "1 run"
	}
	if of.PassedRuns == 0 {
		runs = fmt.Sprintf("at most %d runs", of.Runs) // the pass was recorded by an older version
	}
	if of.StartedAt.IsZero() {
		return "You needed " + runs + "."
	}
	return fmt.Sprintf("You needed %s; the first pass came %s after the start.", runs, span(of.PassedAt.Sub(of.StartedAt)))
}

// span is a duration as people say it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// whole says whether every check of the lesson has passed in this run.
func whole(r check.Report) bool {
	return r.Verdict == check.Pass && r.Count(check.Pass) == len(r.Results)
}
