package lesson

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// MutantFile describes a mutant; it stands at the root of the mutant's overlay.
const MutantFile = "mutant.yaml"

// A Mutant is a wrong solution that a learner might write: an overlay on the stage.
type Mutant struct {
	Name    string
	Dir     string // absolute
	Check   string // the id of the check that must fail
	Failure string // the id of the failure that it must fail with, see check.FailureID; the check's own id when mutant.yaml names none
	Message string // what that failure must say, somewhere in its sentence, expected, seen or why
	Why     string // why a good engineer would write it
}

// Overlay is the mutant's tree without its description.
func (m Mutant) Overlay() fs.FS { return without{os.DirFS(m.Dir), MutantFile} }

// An Alternative is a right solution unlike the reference: an overlay on the stage.
type Alternative struct {
	Name string
	Dir  string // absolute
}

// Overlay is the alternative's tree; a README.md at its root is a note to the reader and not a part of it.
func (a Alternative) Overlay() fs.FS { return without{os.DirFS(a.Dir), "README.md"} }

// Mutants reads mutants/*, ordered by name.
func (l Lesson) Mutants() ([]Mutant, error) {
	dirs, err := l.subdirs("mutants")
	if err != nil {
		return nil, err
	}
	var (
		mutants []Mutant
		faults  []error
	)
	for _, dir := range dirs {
		m, err := readMutant(dir)
		if err != nil {
			faults = append(faults, fmt.Errorf("lessons/%s/mutants/%s: %w", l.Name(), filepath.Base(dir), err))
			continue
		}
		mutants = append(mutants, m)
	}
	return mutants, errors.Join(faults...)
}

func readMutant(dir string) (Mutant, error) {
	source, err := os.ReadFile(filepath.Join(dir, MutantFile))
	if err != nil {
		return Mutant{}, fmt.Errorf("read mutant: %w", err)
	}
	var head struct {
		Check   string `yaml:"check"`
		Failure string `yaml:"failure"`
		Message string `yaml:"message"`
		Why     string `yaml:"why"`
	}
	if err := strictYAML(source, &head); err != nil {
		return Mutant{}, fmt.Errorf("%s: %w", MutantFile, err)
	}
	if head.Check == "" || head.Message == "" || head.Why == "" {
		return Mutant{}, fmt.Errorf("%s must give check, message and why", MutantFile)
	}
	if head.Failure == "" {
		head.Failure = head.Check
	}
	if checkID, _, _ := strings.Cut(head.Failure, "."); checkID != head.Check {
		return Mutant{}, fmt.Errorf("%s: failure %s is none of the check %s", MutantFile, head.Failure, head.Check)
	}
	return Mutant{
		Name: filepath.Base(dir), Dir: dir, Check: head.Check, Failure: head.Failure,
		Message: strings.TrimSpace(head.Message), Why: strings.TrimSpace(head.Why),
	}, nil
}

// Alternatives reads alternatives/*, ordered by name.
func (l Lesson) Alternatives() ([]Alternative, error) {
	dirs, err := l.subdirs("alternatives")
	if err != nil {
		return nil, err
	}
	alternatives := make([]Alternative, 0, len(dirs))
	for _, dir := range dirs {
		alternatives = append(alternatives, Alternative{Name: filepath.Base(dir), Dir: dir})
	}
	return alternatives, nil
}

func (l Lesson) subdirs(name string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(l.Dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read lesson %s: %w", l.Name(), err)
	}
	var dirs []string
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			dirs = append(dirs, filepath.Join(l.Dir, name, entry.Name()))
		}
	}
	sort.Strings(dirs)
	return dirs, nil
}

func readHints(dir string) (map[string][]string, error) {
	source, err := os.ReadFile(filepath.Join(dir, "hints.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	hints := map[string][]string{}
	if err := strictYAML(source, &hints); err != nil {
		return nil, err
	}
	for id, list := range hints {
		for i, hint := range list {
			if list[i] = strings.TrimSpace(hint); list[i] == "" {
				return nil, fmt.Errorf("hint %d of %s is empty", i+1, id)
			}
		}
	}
	return hints, nil
}

// without hides one file at the root of a tree.
type without struct {
	fs.FS
	name string
}

func (w without) Open(name string) (fs.File, error) {
	if name == w.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return w.FS.Open(name)
}

// ReadDir leaves the hidden file out of the root's listing.
func (w without) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	if name != "." {
		return entries, err
	}
	kept := entries[:0]
	for _, entry := range entries {
		if entry.Name() != w.name {
			kept = append(kept, entry)
		}
	}
	return kept, err
}
