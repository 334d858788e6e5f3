package author

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/statefile"
)

// recordFile holds one JSON object per lesson and line, in the order of the lessons, so that branches merge easily.
const recordFile = "lessons/verified.jsonl"

// A record is what was proved about the lessons. It is a memory, not a verdict: what does not fit the files as they are now is ignored.
type record map[string]entry // by the lesson's directory

type entry struct {
	Lesson   string         `json:"lesson"`
	Proof    string         `json:"proof,omitempty"`    // the hash of all that the verdicts depend on
	Variants int            `json:"variants,omitempty"` // how many of them were judged
	Mutation *mutationScore `json:"mutation,omitempty"`
}

// A mutationScore is the result of Mutate.
type mutationScore struct {
	Inputs     string `json:"inputs"` // the hash of what the score depends on
	Killed     int    `json:"killed"`
	Survived   int    `json:"survived"`
	Equivalent int    `json:"equivalent"`
	Skipped    int    `json:"skipped,omitempty"` // mutants that a sample left out
}

// percent is the part of the non-equivalent mutants that a check failed.
func (s mutationScore) percent() float64 {
	return 100 * float64(s.Killed) / float64(max(1, s.Killed+s.Survived))
}

// readRecord returns an empty record when there is no file. Lines that cannot be read prove nothing.
func readRecord(root string) (record, error) {
	all := record{}
	source, err := os.ReadFile(filepath.Join(root, recordFile))
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the record of proofs: %w", err)
	}
	for line := range bytes.Lines(source) {
		var e entry
		if json.Unmarshal(line, &e) == nil && e.Lesson != "" {
			all[e.Lesson] = e
		}
	}
	return all, nil
}

// updateRecord changes one lesson's entry. Another process may update another lesson's at the same time.
func updateRecord(root, lesson string, change func(*entry)) error {
	path := filepath.Join(root, recordFile)
	lock, err := statefile.Lock(filepath.Join(root, ".stagecraft", "verified.lock"))
	if err != nil {
		return fmt.Errorf("keep what was proved: %w", err)
	}
	defer lock.Close()
	all, err := readRecord(root)
	if err != nil {
		return err
	}
	e := all[lesson]
	e.Lesson = lesson
	change(&e)
	all[lesson] = e
	if e.Proof == "" && e.Mutation == nil {
		delete(all, lesson)
	}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	for _, name := range sortedLessons(all) {
		if err := lines.Encode(all[name]); err != nil {
			return fmt.Errorf("keep what was proved: %w", err)
		}
	}
	fresh := path + ".new"
	if err := errors.Join(os.WriteFile(fresh, out.Bytes(), 0o644), os.Rename(fresh, path)); err != nil {
		return fmt.Errorf("keep what was proved: %w", err)
	}
	return nil
}

// sortedLessons orders directories by number: 9-x comes before 10-y, 99-x before 100-y.
func sortedLessons(all record) []string {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		first, _, _ := strings.Cut(a, "-")
		second, _, _ := strings.Cut(b, "-")
		if d := len(first) - len(second); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}
