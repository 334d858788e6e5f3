package author

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/overlay"
	"stagecraft/checker/internal/workspace"
)

// A variant is one version of a lesson's code and what the checks must say about it.
type variant struct {
	lesson lesson.Lesson
	name   string // "starter", "reference", "alternative/switch", "mutant/late"
	over   fs.FS
	mutant *lesson.Mutant
}

// variantsOf lists all versions of a lesson. What cannot be read is an error beside the others.
func variantsOf(l lesson.Lesson) ([]variant, error) {
	all := []variant{
		{lesson: l, name: "starter", over: l.Starter()},
		{lesson: l, name: "reference", over: overlay.None},
	}
	alternatives, err := l.Alternatives()
	for _, a := range alternatives {
		all = append(all, variant{lesson: l, name: "alternative/" + a.Name, over: a.Overlay()})
	}
	mutants, broken := l.Mutants()
	for _, m := range mutants {
		all = append(all, variant{lesson: l, name: "mutant/" + m.Name, over: m.Overlay(), mutant: &m})
	}
	return all, errors.Join(err, broken)
}

// only are the checks that have something to say about the variant; nil is all of them.
func (v variant) only() []string {
	if v.mutant != nil {
		return []string{v.mutant.Check}
	}
	return nil
}

// write makes the variant's tree in dir, whose old contents go.
func (v variant) write(root, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return workspace.Make(dir, root, v.lesson.Stage, v.over)
}

// said is all that a learner reads about a failure.
func said(r check.Result) string {
	return strings.Join(strings.Fields(strings.Join([]string{r.Message, r.Expected, r.Seen, r.Why}, " ")), " ")
}
