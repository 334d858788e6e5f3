// Package lesson is the catalogue: what lessons/NN-slug holds, read and checked.
package lesson

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/overlay"
)

// Kind says what a lesson asks for.
type Kind string

// The four kinds of lesson.
const (
	Implement Kind = "implement" // fill in a hole
	Debug     Kind = "debug"     // a broken system: find and mend
	Review    Kind = "review"    // a flawed change: find its defects
	Design    Kind = "design"    // decide, and defend it with numbers
)

// A Lesson is one directory of lessons/.
type Lesson struct {
	Number  int
	Slug    string // "state-machine"
	Title   string
	Stage   string // the directory of the stage: "stage1-mvp"
	Kind    Kind
	Minutes int
	Topics  []string // ids of topics
	Checks  []string // ids of checks, in the order in which they are shown
	Files   []string // what the learner should open, relative to the stage
	Needs   []string // "postgres", "redis", "rabbitmq"; empty: no server is started
	Dir     string   // absolute
	Body    string   // markdown without the front matter, quotes not yet filled in (see Render)

	hints map[string][]string
}

// Name is the lesson's directory, "01-state-machine"; the workspace has the same one.
func (l Lesson) Name() string { return fmt.Sprintf("%02d-%s", l.Number, l.Slug) }

// Hints returns the graduated hints for a check, the gentlest first; nil when there are none.
func (l Lesson) Hints(checkID string) []string { return l.hints[checkID] }

// HintedChecks returns the checks that hints.yaml knows, in no order.
func (l Lesson) HintedChecks() []string {
	ids := make([]string, 0, len(l.hints))
	for id := range l.hints {
		ids = append(ids, id)
	}
	return ids
}

// Starter is the overlay that makes the learner's copy out of the stage.
// A lesson without a starter directory starts from the stage as it is.
func (l Lesson) Starter() fs.FS {
	dir := filepath.Join(l.Dir, "starter")
	if _, err := os.Stat(dir); err != nil {
		return overlay.None
	}
	return os.DirFS(dir)
}

// Instructor returns instructor.md, or "" when the lesson has none.
func (l Lesson) Instructor() string {
	text, err := os.ReadFile(filepath.Join(l.Dir, "instructor.md"))
	if err != nil {
		return ""
	}
	return string(text)
}
