// Package lesson is the catalogue: what lessons/NN-slug holds, read and checked.
package lesson

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/overlay"
)

// Kind says what a lesson asks for.
type Kind string

// The four kinds of lesson.
const (
	Implement Kind = "implement" // fill in a hole
	Debug     Kind = "debug"     // a broken system: find and fix
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
	Given   []string // slugs of lessons whose answers this one needs working
	Holes   []Hole   // parts of the task, when there are several
	Needs   []string // "postgres", "redis", "rabbitmq"; empty: no server is started
	Dir     string   // absolute
	Body    string   // markdown without the front matter, quotes not yet filled in (see Render)

	hints map[string][]string
}

// IsGiven says whether the lesson needs the answer of another one working in its workspace.
func (l Lesson) IsGiven(other Lesson) bool { return slices.Contains(l.Given, other.Slug) }

// Text is the file that the learner writes beside the code, "" for a lesson of code only.
func (l Lesson) Text() string {
	return map[Kind]string{Review: "review.md", Debug: "findings.md", Design: "decision.md"}[l.Kind]
}

// Name is the lesson's directory, "01-state-machine"; the workspace has the same one.
func (l Lesson) Name() string { return fmt.Sprintf("%02d-%s", l.Number, l.Slug) }

// Hints returns the graduated hints for a failure, the gentlest first; nil when there are none. A failure without hints of its own has those
// of its check ("saga-undo" for "saga-undo.order"), unless it says nothing about the check's topic, as a crash.
func (l Lesson) Hints(failure string) []string {
	if hints := l.hints[failure]; hints != nil {
		return hints
	}
	checkID, kind, _ := strings.Cut(failure, ".")
	switch kind {
	case "compile", "signature", "crash":
		return nil
	}
	return l.hints[checkID]
}

// Hinted returns the ids of failures and checks that hints.yaml has hints for, ordered.
func (l Lesson) Hinted() []string { return slices.Sorted(maps.Keys(l.hints)) }

// Starter is the overlay that makes the learner's copy out of the stage.
// A lesson without a starter directory starts from the stage as it is.
func (l Lesson) Starter() fs.FS { return l.overlay("starter") }

func (l Lesson) overlay(name string) fs.FS {
	dir := filepath.Join(l.Dir, name)
	if _, err := os.Stat(dir); err != nil {
		return overlay.None
	}
	return os.DirFS(dir)
}

// AnswerDir is the directory with what the reference has beside the stage: the texts that the lesson asks for.
func (l Lesson) AnswerDir() string { return filepath.Join(l.Dir, "answer") }

// Answer is the overlay of AnswerDir; a lesson that asks for code only has none.
func (l Lesson) Answer() fs.FS { return l.overlay("answer") }

// Instructor returns instructor.md, or "" when the lesson has none.
func (l Lesson) Instructor() string { return l.prose("instructor.md") }

// Recap returns recap.md, which is read after a pass, or "" when the lesson has none.
func (l Lesson) Recap() string { return l.prose("recap.md") }

func (l Lesson) prose(name string) string {
	text, err := os.ReadFile(filepath.Join(l.Dir, name))
	if err != nil {
		return ""
	}
	return string(text)
}
