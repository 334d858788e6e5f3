// Package progress keeps what the learner has done in .stagecraft/progress.json.
package progress

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"stagecraft/checker/internal/statefile"
)

// Schema names the format of the file.
const Schema = "stagecraft.progress/v1"

// Progress is the learner's state. Lessons are keyed by their directory's name ("01-state-machine").
type Progress struct {
	Schema  string             `json:"schema"`
	Current string             `json:"current,omitempty"` // where the learner was last
	Lessons map[string]*Lesson `json:"lessons"`

	// Notice says that a damaged file was moved aside; "" otherwise.
	Notice string `json:"-"`
}

// Lesson is the state of one lesson.
type Lesson struct {
	StartedAt    time.Time         `json:"started_at,omitzero"`
	PassedAt     time.Time         `json:"passed_at,omitzero"`    // of the first pass; it stays when a later run fails
	PassedRuns   int               `json:"passed_runs,omitempty"` // how many runs the first pass took, itself included
	RanAt        time.Time         `json:"ran_at,omitzero"`
	Runs         int               `json:"runs,omitempty"`
	Verdicts     map[string]string `json:"verdicts,omitempty"` // check id → last verdict
	Hints        map[string]int    `json:"hints,omitempty"`    // failure id → hints shown
	SolutionSeen bool              `json:"solution_seen,omitempty"`
}

// Of returns the state of a lesson, made when there is none yet.
func (p *Progress) Of(name string) *Lesson {
	if p.Lessons == nil {
		p.Lessons = map[string]*Lesson{}
	}
	l := p.Lessons[name]
	if l == nil {
		l = &Lesson{}
		p.Lessons[name] = l
	}
	if l.Verdicts == nil {
		l.Verdicts = map[string]string{}
	}
	if l.Hints == nil {
		l.Hints = map[string]int{}
	}
	return l
}

// Rename moves what is known of a lesson to another name. What is there already under that name is joined with it. changed is false when
// nothing was known under the old one.
func (p *Progress) Rename(from, to string) (changed bool) {
	if p.Current == from {
		p.Current, changed = to, true
	}
	old := p.Lessons[from]
	if old == nil {
		return changed
	}
	delete(p.Lessons, from)
	if p.Lessons[to] == nil {
		p.Lessons[to] = old
	} else {
		p.Of(to).join(old)
	}
	return true
}

// join adds what another record of the same lesson knows; the later run's verdicts stay.
func (l *Lesson) join(old *Lesson) {
	l.StartedAt, l.PassedAt = earlier(l.StartedAt, old.StartedAt), earlier(l.PassedAt, old.PassedAt)
	if l.PassedAt.Equal(old.PassedAt) {
		l.PassedRuns = max(l.PassedRuns, old.PassedRuns)
	}
	if old.RanAt.After(l.RanAt) {
		l.RanAt, l.Verdicts = old.RanAt, old.Verdicts
	}
	l.Runs += old.Runs
	for id, shown := range old.Hints {
		l.Hints[id] = max(l.Hints[id], shown)
	}
	l.SolutionSeen = l.SolutionSeen || old.SolutionSeen
}

// earlier is the earlier of two times, of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Path is the file that Load reads and Save writes.
func Path(root string) string { return filepath.Join(root, ".stagecraft", "progress.json") }

// Load reads the learner's state. No file is an empty state; a file that cannot be understood is moved aside, never deleted, and said in Notice.
func Load(root string) (*Progress, error) {
	fresh := &Progress{Schema: Schema, Lessons: map[string]*Lesson{}}
	source, err := os.ReadFile(Path(root))
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	p := &Progress{}
	if err := json.Unmarshal(source, p); err == nil && p.Schema == Schema {
		if p.Lessons == nil {
			p.Lessons = map[string]*Lesson{}
		}
		return p, nil
	}
	aside, err := moveAside(Path(root))
	if err != nil {
		return nil, fmt.Errorf("progress.json cannot be read and cannot be moved aside: %w", err)
	}
	fresh.Notice = fmt.Sprintf("progress.json could not be read; it was moved to %s and a new one begun", filepath.Base(aside))
	return fresh, nil
}

// moveAside renames a file to a name that nothing has yet.
func moveAside(path string) (string, error) {
	stem := path + ".bad-" + time.Now().Format("20060102-150405")
	for n := 1; ; n++ {
		aside := stem
		if n > 1 {
			aside = fmt.Sprintf("%s-%d", stem, n)
		}
		// A hard link fails when the name is taken: two checkers never overwrite each other's copy.
		err := os.Link(path, aside)
		switch {
		case err == nil:
			return aside, os.Remove(path)
		case errors.Is(err, fs.ErrExist):
			continue
		case errors.Is(err, fs.ErrNotExist):
			return aside, nil // another checker has just moved it
		default:
			return aside, os.Rename(path, aside) // a file system without hard links
		}
	}
}

// Save writes the learner's state; a crash or a full disk leaves the old file.
func Save(root string, p *Progress) error {
	p.Schema = Schema
	body, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("encode progress: %w", err)
	}
	if err := statefile.Replace(Path(root), append(body, '\n')); err != nil {
		return fmt.Errorf("save progress: %w", err)
	}
	return nil
}
