// Package findings grades what a learner writes: the findings of a review or of a search for faults, and the numbers of a decision.
//
// lessons/NN-slug/findings.yaml says what there is to find. A finding is found when its place and its words fit; what fits no defect and
// no accepted place is a false alarm.
package findings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/overlay"
)

// SheetFile is where a lesson says what there is to find.
const SheetFile = "findings.yaml"

// A Sheet is what there is to find in a lesson.
type Sheet struct {
	Defects  []Defect `yaml:"findings"`
	Accepted []string `yaml:"accepted"` // places where a remark is neither asked for nor wrong
	Numbers  []Number `yaml:"numbers"`  // of a design lesson
}

// A Defect is one thing to find.
type Defect struct {
	ID          string     `yaml:"id"`
	Title       string     `yaml:"title"`       // in a few words, shown when it is found
	Places      []string   `yaml:"places"`      // FILE, FILE#DECLARATION or FILE~TEXT (the lines with that text), as the learner got them
	Words       [][]string `yaml:"words"`       // of each group one must be said: regular expressions, case does not matter
	Explanation string     `yaml:"explanation"` // shown on request
}

// ReadSheet reads the sheet of the lesson in dir.
func ReadSheet(dir string) (Sheet, error) {
	source, err := os.ReadFile(filepath.Join(dir, SheetFile))
	if err != nil {
		return Sheet{}, fmt.Errorf("read findings: %w", err)
	}
	var s Sheet
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		return Sheet{}, fmt.Errorf("%s: %w", SheetFile, err)
	}
	return s, errors.Join(s.faults()...)
}

func (s Sheet) faults() []error {
	var all []error
	for _, d := range s.Defects {
		if d.ID == "" || d.Title == "" || len(d.Places) == 0 || len(d.Words) == 0 || d.Explanation == "" {
			all = append(all, fmt.Errorf("%s: %q needs id, title, places, words and explanation", SheetFile, d.ID))
		}
		for _, group := range d.Words {
			for _, word := range group {
				if _, err := regexp.Compile("(?i)" + word); err != nil {
					all = append(all, fmt.Errorf("%s: %s: %w", SheetFile, d.ID, err))
				}
			}
		}
	}
	return all
}

// says tells whether text has a word of each group.
func (d Defect) says(text string) bool {
	for _, group := range d.Words {
		said := false
		for _, word := range group {
			said = said || regexp.MustCompile("(?i)"+word).MatchString(text)
		}
		if !said {
			return false
		}
	}
	return true
}

// place is a place of a sheet, found in a tree.
type place struct {
	file  string
	lines [][2]int // nil: the whole file
}

// near is how many lines beside a place still count as the place.
const near = 3

func (p place) holds(f Finding) bool {
	if !sameFile(p.file, f.File) {
		return false
	}
	if p.lines == nil {
		return true
	}
	beside := near
	if f.exact {
		beside = 0
	}
	for _, span := range p.lines {
		if f.Line > 0 && f.Line <= span[1]+beside && f.Last >= span[0]-beside {
			return true
		}
	}
	return false
}

// sameFile says whether written means file: its whole path, or the end of it.
func sameFile(file, written string) bool {
	return file == written || strings.HasSuffix(file, "/"+written) || strings.HasSuffix(written, "/"+file)
}

// resolve finds places in the tree that the learner got.
func resolve(tree fs.FS, places []string) ([]place, error) {
	var all []place
	for _, at := range places {
		file, decl, byDecl := strings.Cut(at, "#")
		file, words, byText := strings.Cut(file, "~")
		source, err := fs.ReadFile(tree, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", SheetFile, at, err)
		}
		p := place{file: file}
		switch {
		case byDecl:
			for name := range strings.SplitSeq(decl, ",") {
				first, last, err := overlay.Lines(source, name)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", SheetFile, at, err)
				}
				p.lines = append(p.lines, [2]int{first, last})
			}
		case byText:
			for i, line := range strings.Split(string(source), "\n") {
				if strings.Contains(line, words) {
					p.lines = append(p.lines, [2]int{i + 1, i + 1})
				}
			}
			if p.lines == nil {
				return nil, fmt.Errorf("%s: %s: the file does not say that", SheetFile, at)
			}
		}
		all = append(all, p)
	}
	return all, nil
}
