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

// diff compares the learner's copy with the reference, file by file. Generated code and what is not source is left out.
func (s *studio) diff(l lesson.Lesson) (string, error) {
	if !s.started(l) {
		return "", fmt.Errorf("lesson %d has not been started; `go run ./checker start %d` makes your copy", l.Number, l.Number)
	}
	mine, theirs := os.DirFS(workspace.Path(s.root, l)), os.DirFS(filepath.Join(s.root, l.Stage))
	names, err := sources(mine, theirs)
	if err != nil {
		return "", fmt.Errorf("diff: %w", err)
	}
	var out strings.Builder
	for _, name := range names {
		a, b := read(mine, name), read(theirs, name)
		if bytes.Equal(a, b) || (a == nil && strings.HasSuffix(name, "_test.go")) { // a workspace comes without the stage's own tests
			continue
		}
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: difflib.SplitLines(string(a)), B: difflib.SplitLines(string(b)),
			FromFile: "yours/" + name, ToFile: "reference/" + name, Context: 3,
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
	fmt.Fprintf(&out, "\nAll of it: `%s`. Against yours: `go run ./checker diff %d`.\n", l.Stage, l.Number)
	return out.String(), nil
}

// sources lists the files worth comparing that either side has.
func sources(sides ...fs.FS) ([]string, error) {
	seen := map[string]bool{}
	for _, side := range sides {
		err := fs.WalkDir(side, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name != "." && (strings.HasPrefix(d.Name(), ".") || name == "gen") {
					return fs.SkipDir
				}
				return nil
			}
			switch path.Ext(name) {
			case ".go", ".sql", ".proto", ".yaml", ".yml", ".hcl":
				seen[name] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// read returns nil for a file that is not there.
func read(from fs.FS, name string) []byte {
	b, err := fs.ReadFile(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return b
}
