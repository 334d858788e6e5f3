// Package proof grades one version of a lesson's code and reports where the verdict is not the one that this version must get.
package proof

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/overlay"
	"stagecraft/checker/internal/workspace"
)

// A Variant is one version of a lesson's code and what the checks must say about it.
type Variant struct {
	Lesson lesson.Lesson
	Name   string // "starter", "reference", "alternative/switch", "mutant/late"
	Over   fs.FS
	Mutant *lesson.Mutant // nil unless the variant is one
}

// Reference is the stage as it is.
func Reference(l lesson.Lesson) Variant {
	return Variant{Lesson: l, Name: "reference", Over: overlay.None}
}

// Variants lists all versions of a lesson. The error is about those that cannot be read; the others are returned as well.
func Variants(l lesson.Lesson) ([]Variant, error) {
	all := []Variant{{Lesson: l, Name: "starter", Over: l.Starter()}, Reference(l)}
	alternatives, err := l.Alternatives()
	for _, a := range alternatives {
		all = append(all, Variant{Lesson: l, Name: "alternative/" + a.Name, Over: a.Overlay()})
	}
	mutants, broken := l.Mutants()
	for _, m := range mutants {
		all = append(all, Variant{Lesson: l, Name: "mutant/" + m.Name, Over: m.Overlay(), Mutant: &m})
	}
	return all, errors.Join(err, broken)
}

// only are the checks that have something to say about the variant; nil is all of them.
func (v Variant) only() []string {
	if v.Mutant != nil {
		return []string{v.Mutant.Check}
	}
	return nil
}

// Write makes the variant's tree in dir in place of what was there. Files that are the same stay untouched: the go command then knows
// them by their time and does not read them again.
func (v Variant) Write(root, dir string) error {
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := v.make(fresh, root); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := removeOthers(fresh, dir); err != nil {
		return err
	}
	return moveChanged(fresh, dir)
}

// make writes the tree. Every variant but the starter has the texts that the lesson asks for as well.
func (v Variant) make(dir, root string) error {
	if v.Name == "starter" {
		return workspace.Make(dir, root, v.Lesson.Stage, v.Over)
	}
	return workspace.Make(dir, root, v.Lesson.Stage, v.Lesson.Answer(), v.Over)
}

// removeOthers removes what dir has and fresh has not, or not as the same kind of file.
func removeOthers(fresh, dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		wanted, err := os.Lstat(filepath.Join(fresh, name))
		if err == nil && wanted.Mode().Type() == entry.Type() {
			return nil
		}
		if err := os.RemoveAll(path); err != nil || !entry.IsDir() {
			return err
		}
		return fs.SkipDir
	})
}

// moveChanged moves the files of fresh that dir does not have with the same content.
func moveChanged(fresh, dir string) error {
	return filepath.WalkDir(fresh, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(fresh, path)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, name)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		before, err := os.ReadFile(target)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		after, readErr := os.ReadFile(path)
		if readErr != nil {
			return readErr
		}
		if err == nil && bytes.Equal(before, after) {
			return nil
		}
		return os.Rename(path, target)
	})
}
