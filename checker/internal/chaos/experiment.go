// Package chaos runs experiments against a running stage: the steady state holds, a fault, heal, settle, and the invariants hold.
// A game day is a series of experiments that its seed chooses.
package chaos

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Experiment is a hypothesis as data: experiments.yaml says what its fields mean.
type Experiment struct {
	Name   string   `yaml:"name"`
	Why    string   `yaml:"why"`
	Needs  []string `yaml:"needs"`
	Faults []Fault  `yaml:"faults"`
	Lasts  Range    `yaml:"lasts"`
	Steady Steady   `yaml:"steady"`
	Settle Time     `yaml:"settle"`
	Hold   []string `yaml:"hold"`
}

// Fault is one thing that goes wrong, at one of several targets.
type Fault struct {
	Do string   `yaml:"do"`
	At []string `yaml:"at"`
	By Range    `yaml:"by"`
	// After is the pause between the fault before it and this one.
	After Range  `yaml:"after"`
	What  string `yaml:"what"`
}

// Steady is the steady state: so many purchases are paid within the time.
type Steady struct {
	Paid   int  `yaml:"paid"`
	Within Time `yaml:"within"`
}

// Time is a duration in YAML.
type Time time.Duration

// UnmarshalYAML reads "30s".
func (d *Time) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	*d = Time(parsed)
	return err
}

// Range is two durations to choose between.
type Range struct{ From, To time.Duration }

// UnmarshalYAML reads "100ms..4s", or one duration.
func (r *Range) UnmarshalYAML(node *yaml.Node) error {
	from, to, two := strings.Cut(node.Value, "..")
	if !two {
		to = from
	}
	var errFrom, errTo error
	r.From, errFrom = time.ParseDuration(from)
	r.To, errTo = time.ParseDuration(to)
	if err := errors.Join(errFrom, errTo); err != nil {
		return err
	}
	if r.To < r.From {
		return fmt.Errorf("%s: the second is less than the first", node.Value)
	}
	return nil
}

//go:embed experiments.yaml
var shipped []byte

// Shipped returns the experiments of the repository.
func Shipped() []Experiment {
	all, err := Parse(bytes.NewReader(shipped))
	if err != nil {
		panic("chaos: experiments.yaml: " + err.Error())
	}
	return all
}

// Parse reads experiments and checks that they can be run.
func Parse(source io.Reader) ([]Experiment, error) {
	var all []Experiment
	decoder := yaml.NewDecoder(source)
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for i := range all {
		e := &all[i]
		if e.Steady.Paid == 0 {
			e.Steady.Paid = 2
		}
		if e.Steady.Within == 0 {
			e.Steady.Within = Time(time.Minute)
		}
		if e.Settle == 0 {
			e.Settle = Time(2 * time.Minute)
		}
		if err := e.validate(); err != nil {
			return nil, fmt.Errorf("experiment %d (%s): %w", i+1, e.Name, err)
		}
		if names[e.Name] {
			return nil, fmt.Errorf("two experiments are called %s", e.Name)
		}
		names[e.Name] = true
	}
	return all, nil
}

func (e Experiment) validate() error {
	if e.Name == "" || e.Lasts.To <= 0 || len(e.Faults) == 0 {
		return errors.New("name, lasts and faults are necessary")
	}
	for _, need := range e.Needs {
		if need != "postgres" && need != "rabbitmq" {
			return fmt.Errorf("there is no server %q", need)
		}
	}
	for _, name := range e.Hold {
		if !slices.Contains(invariantNames(), name) {
			return fmt.Errorf("there is no invariant %q", name)
		}
	}
	for _, f := range e.Faults {
		kind, known := kinds[f.Do]
		if !known {
			return fmt.Errorf("there is no fault %q", f.Do)
		}
		if len(f.At) == 0 {
			return fmt.Errorf("%s has no target", f.Do)
		}
		for _, target := range f.At {
			if !kind.fits(target) {
				return fmt.Errorf("%s cannot be done at %s", f.Do, target)
			}
		}
		if kind.measured != (f.By != Range{}) {
			return fmt.Errorf("%s: `by` belongs to delay, slow-disk and skew, and they need it", f.Do)
		}
		if f.Do == "lose" && f.What != "confirm" && f.What != "ack" {
			return errors.New("lose: `what` is confirm or ack")
		}
	}
	return nil
}

// Light says that the experiment needs no server of its own.
func (e Experiment) Light() bool { return len(e.Needs) == 0 }
