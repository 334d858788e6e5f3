package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/findings"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/workspace"
)

func (a *app) findingsCommand() *cobra.Command {
	var show bool
	c := a.about("findings", "Grade what you have written: the findings of a review or of a search for faults", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		if l.Kind != lesson.Review && l.Kind != lesson.Debug {
			return fmt.Errorf("lesson %d asks for code only; `go run ./checker check %d` grades it", l.Number, l.Number)
		}
		if err := s.mustBeStarted(l); err != nil {
			return err
		}
		dir := workspace.Path(s.root, l)
		grade, _, err := findings.Document(s.root, l, dir, dir)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		fmt.Fprintf(out, "%s: %s\n", l.Text(), grade.Summary())
		for _, line := range grade.Lines() {
			fmt.Fprintf(out, "  %s\n", line)
		}
		switch missing := grade.Missing(); {
		case show && len(missing) > 0:
			fmt.Fprintf(out, "\nMissed:\n\n%s\n", strings.Join(missing, "\n\n"))
		case len(missing) > 0:
			fmt.Fprintf(out, "\n`go run ./checker findings %d --show-missed` names what is missing.\n", l.Number)
		}
		if !grade.Clean() {
			return judged(check.Fail)
		}
		fmt.Fprintf(out, "\nThe lesson passes with the fix: go run ./checker check %d\n", l.Number)
		return nil
	})
	c.Flags().BoolVar(&show, "show-missed", false, "name the defects that you have not found, with an explanation")
	return c
}
