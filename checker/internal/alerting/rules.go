// Package alerting evaluates Prometheus' rules over series in memory, with Prometheus' own parser and query engine: which alerts fire, and
// when.
package alerting

import (
	"errors"
	"fmt"
	"os"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
)

// Rules are the groups of some rule files.
type Rules struct {
	groups []rulefmt.RuleGroup
}

// Load reads rule files as Prometheus does. Its error names every fault.
func Load(files ...string) (*Rules, error) {
	rules := &Rules{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		groups, faults := rulefmt.Parse(text, false, model.UTF8Validation)
		if len(faults) > 0 {
			return nil, errors.Join(faults...)
		}
		rules.groups = append(rules.groups, groups.Groups...)
	}
	return rules, nil
}

// Rule is a rule of a file, with the group that it is in.
type Rule struct {
	rulefmt.Rule
	Group string
}

// All returns the rules in their order.
func (r *Rules) All() []Rule {
	var all []Rule
	for _, group := range r.groups {
		for _, rule := range group.Rules {
			all = append(all, Rule{Rule: rule, Group: group.Name})
		}
	}
	return all
}

// Alert is an alert that fires.
type Alert struct {
	Name   string
	Labels map[string]string // without alertname
	Value  float64

	annotate func() map[string]string
}

// Annotations returns the annotations with their templates filled in.
func (a Alert) Annotations() map[string]string { return a.annotate() }
