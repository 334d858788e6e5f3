package lesson

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"stagecraft/checker/internal/overlay"
)

// ChangeFile is the diff that a review is about.
const ChangeFile = "change.diff"

// ChangeDiff returns the lesson's change.diff, or "" when it has none.
func (l Lesson) ChangeDiff() string { return l.prose(ChangeFile) }

// Change returns what change.diff must be: the difference between the stage with before/ on it, which is how the code was, and the stage with
// starter/ on it, which is what the learner gets. The stage itself is not in it: it is the answer.
func (l Lesson) Change(root string) (string, error) {
	stage := os.DirFS(filepath.Join(root, l.Stage))
	before, err := overlay.Apply(stage, l.overlay("before"))
	if err != nil {
		return "", fmt.Errorf("before: %w", err)
	}
	after, err := overlay.Apply(stage, l.Starter())
	if err != nil {
		return "", fmt.Errorf("starter: %w", err)
	}
	names := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(names)
	var out strings.Builder
	for _, name := range slices.Compact(names) {
		a, b := contents(stage, before, name), contents(stage, after, name)
		if bytes.Equal(a, b) || name == l.Text() {
			continue
		}
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: lines(a), B: lines(b), FromFile: side("a/", name, a), ToFile: side("b/", name, b), Context: 3,
		})
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

func side(prefix, name string, body []byte) string {
	if body == nil {
		return "/dev/null"
	}
	return prefix + name
}

func lines(body []byte) []string {
	if len(body) == 0 {
		return nil
	}
	return difflib.SplitLines(strings.TrimSuffix(string(body), "\n"))
}

func contents(stage fs.FS, changed map[string][]byte, name string) []byte {
	if body, ok := changed[name]; ok {
		return body
	}
	body, err := fs.ReadFile(stage, name)
	if err != nil {
		return nil
	}
	return body
}
