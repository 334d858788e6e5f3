package author

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/lesson"
)

// wantedScore is the part of the non-equivalent mutants, in percent, that a lesson's checks must fail.
const wantedScore = 95

// mutationHash is a hash of what a lesson's mutation score depends on: the packages that are changed, the starter, the lesson's
// checks, the operators, the list of equivalents. It leaves out the harness: that decides how, not what is judged.
func (s *sources) mutationHash(root string, l lesson.Lesson) (string, error) {
	h := sha256.New()
	taken, err := takenAway(root, l)
	if err != nil {
		return "", err
	}
	packages := map[string]bool{}
	for _, file := range sortedKeys(taken) {
		field(h, file)
		field(h, taken[file]...)
		packages[path.Dir(file)] = true
	}
	for _, pkg := range sortedKeys(packages) {
		files, err := filepath.Glob(filepath.Join(root, l.Stage, filepath.FromSlash(pkg), "*.go"))
		if err != nil {
			return "", err
		}
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			if !strings.HasSuffix(file, "_test.go") {
				field(h, pkg, filepath.Base(file), string(body))
			}
		}
	}
	list, err := os.ReadFile(filepath.Join(l.Dir, equivalentFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	field(h, string(list))
	field(h, l.Checks...)
	for _, path := range append(checkPackages(l), internal+"author/mutate") {
		if err := s.packages[path].hash(h); err != nil {
			return "", err
		}
	}
	return short(h), nil
}

// reportMutation prints the mutation score of each lesson.
func (v *verification) reportMutation(lessons []lesson.Lesson) {
	scores, err := v.sources.scores(v.Root, lessons)
	if err != nil {
		v.total.print("mutation", proof.Finding{Unjudged: []string{proof.OneLine(err)}})
		return
	}
	for _, l := range lessons {
		text, enough := scores[l.Name()].text, scores[l.Name()].enough
		switch {
		case enough:
		case v.RequireMutation:
			v.total.print("mutation", proof.Finding{Faults: []string{fmt.Sprintf("%s: %s", l.Name(), text)}})
		default:
			fmt.Fprintf(v.Out, "mutation: %s: %s\n", l.Name(), text)
		}
	}
}

type lessonScore struct {
	text   string
	enough bool
}

// scores says of each lesson how many mutants its checks fail, as far as that is recorded and still holds.
func (s *sources) scores(root string, lessons []lesson.Lesson) (map[string]lessonScore, error) {
	proved, err := readRecord(root)
	if err != nil {
		return nil, err
	}
	all := map[string]lessonScore{}
	for _, l := range lessons {
		inputs, err := s.mutationHash(root, l)
		if err != nil {
			return nil, err
		}
		all[l.Name()] = scoreText(proved[l.Name()].Mutation, inputs)
	}
	return all, nil
}

func scoreText(m *mutationScore, inputs string) lessonScore {
	if m == nil {
		return lessonScore{text: "no mutation score: author mutate has not run"}
	}
	text := fmt.Sprintf("%.1f %% of %d mutants killed", m.percent(), m.Killed+m.Survived)
	if m.Skipped > 0 {
		text += fmt.Sprintf(", in a sample that leaves out %d", m.Skipped)
	}
	switch {
	case m.Inputs != inputs:
		return lessonScore{text: text + ", before the code, the checks or the operators changed: run author mutate"}
	case m.percent() < wantedScore:
		return lessonScore{text: text + fmt.Sprintf(", less than %d %%", wantedScore)}
	}
	return lessonScore{text: text, enough: true}
}

// PrintScores prints the mutation score of each lesson.
func PrintScores(ctx context.Context, root string, out io.Writer) error {
	lessons, err := lesson.Load(root)
	if err != nil {
		return err
	}
	s, err := loadSources(ctx, root)
	if err != nil {
		return err
	}
	scores, err := s.scores(root, lessons)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, l := range lessons {
		fmt.Fprintf(table, "%s\t%s\n", l.Name(), scores[l.Name()].text)
	}
	return table.Flush()
}
