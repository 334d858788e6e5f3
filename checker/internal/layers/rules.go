// Package layers holds the layering rules of all stages: which package may import which, stated once per layer in a file of
// rules and judged for every stage.
package layers

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

// Rules is the file of rules. Patterns are those of imports.Matches: `*` stands for one element of a path, a last `...` for
// any number of elements, also none.
type Rules struct {
	Layers []Layer `yaml:"layers"`
	Known  []Known `yaml:"known"`
}

// Layer is a set of packages that may import the same things. A package may be in several layers, and keeps the rules of all.
type Layer struct {
	Name      string   `yaml:"name"`
	Packages  []string `yaml:"packages"`  // directories of the stage
	May       []string `yaml:"may"`       // directories of the stage that these packages may import
	Libraries []string `yaml:"libraries"` // import paths of other modules that they may import
	Never     []Ban    `yaml:"never"`     // stronger than Libraries, and also for the standard library
	// Transitive extends Libraries and Never to everything that the packages of the stage import that are reached from here.
	Transitive bool   `yaml:"transitive"`
	Why        string `yaml:"why"`
}

// Ban is what must not be imported, with the reason.
type Ban struct {
	Imports []string `yaml:"imports"`
	Why     string   `yaml:"why"`
}

// Known is a violation that exists and will be fixed: the import of Import by the package in directory Package. One that no
// longer exists is an error.
type Known struct {
	Layer   string `yaml:"layer"`
	Package string `yaml:"package"`
	Import  string `yaml:"import"`
}

// Load reads a file of rules. A key that it does not know is an error.
func Load(file string) (*Rules, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read layering rules: %w", err)
	}
	var rules Rules
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&rules); err != nil {
		return nil, fmt.Errorf("read layering rules %s: %w", file, err)
	}
	if err := rules.validate(); err != nil {
		return nil, fmt.Errorf("layering rules %s: %w", file, err)
	}
	return &rules, nil
}

func (r *Rules) validate() error {
	if len(r.Layers) == 0 {
		return errors.New("no layers")
	}
	for _, l := range r.Layers {
		if l.Name == "" || l.Why == "" || len(l.Packages) == 0 {
			return fmt.Errorf("layer %q needs a name, packages and a reason (why)", l.Name)
		}
		for _, ban := range l.Never {
			if ban.Why == "" || len(ban.Imports) == 0 {
				return fmt.Errorf("layer %q: an entry of never needs imports and a reason (why)", l.Name)
			}
		}
	}
	return nil
}
