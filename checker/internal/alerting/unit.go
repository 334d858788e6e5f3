package alerting

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// UnitTests is a file in the format of `promtool test rules`, as far as the stages use it: series, and the alerts that fire at a time.
type UnitTests struct {
	RuleFiles          []string       `yaml:"rule_files"`
	EvaluationInterval model.Duration `yaml:"evaluation_interval"`
	Tests              []UnitTest     `yaml:"tests"`
}

// UnitTest is a set of series with what the rules make of them.
type UnitTest struct {
	Name        string         `yaml:"name"`
	Interval    model.Duration `yaml:"interval"`
	InputSeries []struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	} `yaml:"input_series"`
	AlertRuleTest []Expectation `yaml:"alert_rule_test"`
}

// Expectation is which alerts of a name fire at a time, all of them and no others.
type Expectation struct {
	EvalTime  model.Duration `yaml:"eval_time"`
	Alertname string         `yaml:"alertname"`
	ExpAlerts []struct {
		ExpLabels      map[string]string `yaml:"exp_labels"`
		ExpAnnotations map[string]string `yaml:"exp_annotations"`
	} `yaml:"exp_alerts"`
}

// LoadUnitTests reads a file, with the rules that it names.
func LoadUnitTests(file string) (*UnitTests, *Rules, error) {
	reader, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("read tests of rules: %w", err)
	}
	defer reader.Close()
	decoder := yaml.NewDecoder(reader)
	decoder.KnownFields(true)
	tests := &UnitTests{}
	if err := decoder.Decode(tests); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	var files []string
	for _, name := range tests.RuleFiles {
		files = append(files, filepath.Join(filepath.Dir(file), name))
	}
	rules, err := Load(files...)
	return tests, rules, err
}

// Run returns what is not as expected, in words.
func (test UnitTest) Run(ctx context.Context, rules *Rules, step time.Duration) (faults []string, err error) {
	series := NewSeries()
	for _, input := range test.InputSeries {
		if err := series.Add(time.Duration(test.Interval), input.Series+" "+input.Values); err != nil {
			return nil, err
		}
	}
	var last time.Duration
	for _, want := range test.AlertRuleTest {
		last = max(last, time.Duration(want.EvalTime))
	}
	err = rules.Evaluate(ctx, series, 0, last, step, nil, func(at time.Duration, firing []Alert) {
		for _, want := range test.AlertRuleTest {
			// An expectation between two evaluations is about the one before.
			if evaluated := time.Duration(want.EvalTime) / step * step; evaluated != at {
				continue
			}
			if fault := want.compare(firing); fault != "" {
				faults = append(faults, fault)
			}
		}
	})
	return faults, err
}

func (want Expectation) compare(firing []Alert) string {
	var expected, seen []string
	for _, alert := range want.ExpAlerts {
		expected = append(expected, line(alert.ExpLabels, alert.ExpAnnotations))
	}
	for _, alert := range firing {
		if alert.Name == want.Alertname {
			seen = append(seen, line(alert.Labels, alert.Annotations()))
		}
	}
	slices.Sort(expected)
	slices.Sort(seen)
	if slices.Equal(expected, seen) {
		return ""
	}
	return fmt.Sprintf("%s at %s\nexpected %s\nseen     %s", want.Alertname, time.Duration(want.EvalTime),
		strings.Join(expected, "\n         "), strings.Join(seen, "\n         "))
}

func line(sets ...map[string]string) string {
	var text []string
	for _, set := range sets {
		for _, name := range slices.Sorted(maps.Keys(set)) {
			text = append(text, fmt.Sprintf("%s=%q", name, set[name]))
		}
	}
	return "{" + strings.Join(text, ", ") + "}"
}
