// Package tui is the terminal interface: catalogue, lesson, live checks, evidence and logs.
// It knows the rest of the checker only through Workshop, so that every view can be driven by a scripted one.
package tui

import (
	"context"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/run"
)

// Workshop is what the interface needs from the checker.
type Workshop interface {
	// Lessons returns the catalogue in order, with the learner's progress.
	Lessons() ([]Lesson, error)
	// Open makes the lesson's workspace if there is none yet and remembers the lesson as the current one.
	Open(number int) (Lesson, error)
	// Check grades the lesson and returns when the run is over and nothing of it is left, also after ctx was cancelled.
	// Checks named in first run before the others. The error is about the run, never about the learner's code.
	Check(ctx context.Context, number int, first []string, observe func(run.Event)) error
	// Watch reports saves in the lesson's workspace, debounced, until ctx ends.
	Watch(ctx context.Context, number int) (<-chan struct{}, error)
	// Hint returns the level-th hint (from 1) for a failure, or for a check, and how many there are.
	Hint(number int, failure string, level int) (text string, of int, err error)
	// Diff returns a unified diff and its title: before a pass the learner's changes since the start, after it their code against the reference.
	Diff(number int) (title, text string, err error)
	// Solution returns the reference for the files of the lesson, as markdown.
	Solution(number int) (string, error)
	// Recap returns the end of a lesson that has passed, as markdown, and the number of the next lesson, 0 when there is none.
	Recap(number int) (text string, next int, err error)
	// Last returns what is kept of the lesson's last run; ok is false when there was none.
	Last(number int) (Evidence, bool)
	// Read serves the site, opens the lesson's page in the browser, and returns its address. The first page is number 0. opened is false
	// where there is no browser.
	Read(number int) (address string, opened bool, err error)
	// Browse opens the page of the lesson's last run and returns its place.
	Browse(number int) (string, error)
}

// Lesson is a lesson as the interface shows it.
type Lesson struct {
	Number    int
	Slug      string
	Title     string
	Stage     string
	Kind      string
	Minutes   int
	Topics    []string
	Files     []string
	Checks    []CheckInfo
	Needs     string // servers in words, empty when none
	Body      string // markdown
	Workspace string // relative to the repository, empty before the first start
	State     State
}

// CheckInfo names a check before it has run.
type CheckInfo struct{ ID, Sentence string }

// State is how far the learner is with a lesson.
type State int

const (
	Untouched State = iota
	Started
	Passed
	Planned // in the curriculum and not written yet
)

// Evidence is what a run left behind for reading.
type Evidence struct {
	Report check.Report
	Logs   []LogTab // whole output of the services when it was kept
}

// LogTab is the output of one service.
type LogTab struct {
	Name  string
	Lines []string
}
