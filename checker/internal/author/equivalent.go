package author

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/author/mutate"
	"stagecraft/checker/internal/lesson"
)

// equivalentFile lists the mutants of a lesson that no check can distinguish from the reference, because they behave the same.
const equivalentFile = "equivalent.yaml"

// An equivalent is a mutant that does the same as the reference.
type equivalent struct {
	Operator    string `yaml:"operator"`
	Declaration string `yaml:"declaration"`
	Change      string `yaml:"change"`
	Nth         int    `yaml:"nth,omitempty"`
	Reason      string `yaml:"reason"`
}

func (e equivalent) key() string {
	return mutate.Mutant{Operator: e.Operator, Declaration: e.Declaration, Change: e.Change, Nth: e.Nth}.Key()
}

// readEquivalent returns the lesson's list by key.
func readEquivalent(l lesson.Lesson) (map[string]equivalent, error) {
	source, err := os.ReadFile(filepath.Join(l.Dir, equivalentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []equivalent
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", equivalentFile, err)
	}
	all := map[string]equivalent{}
	for _, e := range list {
		all[e.key()] = e
	}
	return all, nil
}

// reportStale prints entries of equivalent.yaml that no mutant fits, and those without a reason.
func (t *trial) reportStale(mutants []mutate.Mutant) {
	made := map[string]bool{}
	for _, m := range mutants {
		made[m.Key()] = true
	}
	for _, key := range sortedKeys(t.equivalent) {
		if !made[key] {
			t.fault("%s: no mutant is %s", equivalentFile, key)
		}
		if strings.TrimSpace(t.equivalent[key].Reason) == "" {
			t.fault("%s: no reason is given for %s", equivalentFile, key)
		}
	}
}

// entryFor is what equivalent.yaml needs to list the mutant.
func entryFor(m mutate.Mutant) string {
	e := equivalent{Operator: m.Operator, Declaration: m.Declaration, Change: m.Change, Reason: "TODO"}
	if m.Nth > 1 {
		e.Nth = m.Nth
	}
	text, err := yaml.Marshal([]equivalent{e})
	if err != nil {
		return m.Key()
	}
	return string(text)
}
