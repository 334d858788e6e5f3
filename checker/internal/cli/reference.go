package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/overlay"
	"stagecraft/checker/internal/workspace"
)

// ownChanges is what the learner has changed since the workspace was made, as a unified diff.
func (s *studio) ownChanges(l lesson.Lesson) (string, error) {
	if err := s.mustBeStarted(l); err != nil {
		return "", err
	}
	start, err := workspace.AtStart(s.root, l)
	if err != nil {
		return "", err
	}
	return compare(start, os.DirFS(workspace.Path(s.root, l)), "start/", "yours/", func(string) bool { return true })
}

// besideReference compares the learner's copy with the reference: the files of the lesson's starter and those that the learner has changed.
// Others may differ because they hold solutions or holes of other lessons. Tests that only the reference has are left out.
func (s *studio) besideReference(l lesson.Lesson) (string, error) {
	if err := s.mustBeStarted(l); err != nil {
		return "", err
	}
	start, err := workspace.AtStart(s.root, l)
	if err != nil {
		return "", err
	}
	stage, mine := os.DirFS(filepath.Join(s.root, l.Stage)), os.DirFS(workspace.Path(s.root, l))
	given, err := overlay.Apply(stage, l.Starter())
	if err != nil {
		return "", fmt.Errorf("diff: %w", err)
	}
	return compare(mine, stage, "yours/", "reference/", func(name string) bool {
		_, ofLesson := given[name]
		return ofLesson || !bytes.Equal(read(start, name), read(mine, name))
	})
}

func (s *studio) mustBeStarted(l lesson.Lesson) error {
	if !s.started(l) {
		return fmt.Errorf("lesson %d has not been started; `go run ./checker start %d` makes your copy", l.Number, l.Number)
	}
	return nil
}

// compare is a unified diff of the sources of two trees, as far as they are wanted.
func compare(from, to fs.FS, fromName, toName string, wanted func(name string) bool) (string, error) {
	names, err := workspace.Sources(from)
	if err != nil {
		return "", fmt.Errorf("diff: %w", err)
	}
	more, err := workspace.Sources(to)
	if err != nil {
		return "", fmt.Errorf("diff: %w", err)
	}
	names = append(names, more...)
	slices.Sort(names)
	var out strings.Builder
	for _, name := range slices.Compact(names) {
		if !wanted(name) {
			continue
		}
		a, b := read(from, name), read(to, name)
		if bytes.Equal(a, b) || a == nil && strings.HasSuffix(name, "_test.go") && toName == "reference/" {
			continue
		}
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: difflib.SplitLines(string(a)), B: difflib.SplitLines(string(b)),
			FromFile: fromName + name, ToFile: toName + name, Context: 3,
		})
		if err != nil {
			return "", fmt.Errorf("diff %s: %w", name, err)
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// solution is the reference for what the lesson left out, as markdown. Where the starter has only holes, only what fills them is shown.
func (s *studio) solution(l lesson.Lesson) (string, error) {
	stage := os.DirFS(filepath.Join(s.root, l.Stage))
	holes, err := overlay.Apply(stage, l.Starter())
	if err != nil {
		return "", fmt.Errorf("solution of lesson %d: %w", l.Number, err)
	}
	names := make([]string, 0, len(holes))
	for name := range holes {
		names = append(names, name)
	}
	slices.Sort(names)
	var out strings.Builder
	fmt.Fprintf(&out, "# %s: the reference\n\nOne right answer; yours may be another.\n", l.Title)
	for _, name := range names {
		source := read(stage, name)
		if bytes.Equal(source, holes[name]) {
			continue
		}
		if source == nil {
			fmt.Fprintf(&out, "\n## %s\n\nThe reference does not have this file.\n", name)
			continue
		}
		lang := strings.TrimPrefix(path.Ext(name), ".")
		fmt.Fprintf(&out, "\n## %s\n", name)
		for _, part := range changed(source, holes[name], lang) {
			fmt.Fprintf(&out, "\n```%s\n%s\n```\n", lang, strings.TrimRight(part, "\n"))
		}
	}
	fmt.Fprintf(&out, "\nAll of it: `%s`. Against yours: `go run ./checker diff %d --reference`.\n", l.Stage, l.Number)
	return out.String(), nil
}

// read returns nil for a file that is not there.
func read(from fs.FS, name string) []byte {
	b, err := fs.ReadFile(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return b
}
