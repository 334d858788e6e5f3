package alerting

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

const (
	lookback = 5 * time.Minute // for how long a sample counts, as in Prometheus
	most     = 100_000_000     // samples in one query
	longest  = time.Minute     // for one query
)

// errDuplicate means that Prometheus would refuse the results of a rule.
var errDuplicate = errors.New("two results have the same labels")

// Evaluate runs the rules every step from start to end, and then passes the alerts that fire at each time to each. With names, it runs the
// alerts of these names alone, and what they read. Recorded series are added to the series.
//
// Each rule is one range query, after the rules that it reads: the same as an instant query at each time, and much faster.
func (r *Rules) Evaluate(
	ctx context.Context, series *Series, start, end, step time.Duration, names []string, each func(at time.Duration, firing []Alert),
) error {
	e := &evaluation{
		series: series, start: start, end: end, step: step,
		engine: promql.NewEngine(promql.EngineOpts{
			MaxSamples: most, Timeout: longest, LookbackDelta: lookback, EnableAtModifier: true, EnableNegativeOffset: true,
		}),
	}
	defer e.engine.Close()
	firing := map[time.Duration][]Alert{}
	for _, rule := range r.inOrder(names) {
		if err := e.rule(ctx, rule, firing); err != nil {
			return fmt.Errorf("rule %s%s: %w", rule.Record, rule.Alert, err)
		}
	}
	for at := start; at <= end; at += step {
		slices.SortStableFunc(firing[at], func(a, b Alert) int { return strings.Compare(a.key(), b.key()) })
		each(at, firing[at])
	}
	return nil
}

// inOrder returns the rules that the alerts need, or all without names, each after those that it reads.
func (r *Rules) inOrder(names []string) []Rule {
	all := r.All()
	var ordered []Rule
	visited := make([]bool, len(all))
	var visit func(i int)
	visit = func(i int) {
		if visited[i] {
			return // also a rule that reads itself: it sees nothing of its own
		}
		visited[i] = true
		read := metricsOf(all[i].Expr)
		for other, rule := range all {
			if rule.Record != "" && read[rule.Record] || rule.Alert != "" && read[alertsMetric] {
				visit(other)
			}
		}
		ordered = append(ordered, all[i])
	}
	for i, rule := range all {
		if len(names) == 0 || slices.Contains(names, rule.Alert) {
			visit(i)
		}
	}
	return ordered
}

// evaluation is a run over the series.
type evaluation struct {
	series           *Series
	engine           *promql.Engine
	start, end, step time.Duration
}

func (e *evaluation) rule(ctx context.Context, rule Rule, firing map[time.Duration][]Alert) error {
	query, err := e.engine.NewRangeQuery(ctx, e.series, nil, rule.Expr, instant(e.start), instant(e.end), e.step)
	if err != nil {
		return err
	}
	defer query.Close()
	matrix, err := query.Exec(ctx).Matrix()
	if err != nil {
		return err
	}
	merged := map[uint64]*outcome{}
	for _, result := range matrix {
		metric := e.target(ctx, rule, result)
		o := merged[metric.Hash()]
		if o == nil {
			o = &outcome{metric: metric, points: map[int64]value{}}
			merged[metric.Hash()] = o
		}
		for _, point := range result.Floats {
			if _, twice := o.points[point.T]; twice {
				return fmt.Errorf("%w: %s", errDuplicate, metric)
			}
			o.points[point.T] = value{point, result.Metric}
		}
	}
	for _, o := range merged {
		if rule.Record != "" {
			e.record(o.metric, slices.Sorted(maps.Keys(o.points)), func(at int64) float64 { return o.points[at].F })
		} else {
			e.alert(ctx, rule, o, firing)
		}
	}
	return nil
}

// outcome is what a rule makes of the results that become the same series or alert, such as those of the two sides of an `or`.
type outcome struct {
	metric labels.Labels
	points map[int64]value
}

// value is a point with the labels of its result, which templates show.
type value struct {
	promql.FPoint
	labels labels.Labels
}

// target returns the labels of what a rule makes of a result.
func (e *evaluation) target(ctx context.Context, rule Rule, result promql.Series) labels.Labels {
	b := labels.NewBuilder(result.Metric).Del(model.MetricNameLabel)
	for name, text := range rule.Labels {
		if rule.Alert != "" && len(result.Floats) > 0 {
			text = e.expand(ctx, text, value{result.Floats[0], result.Metric})
		}
		b.Set(name, text)
	}
	if rule.Record != "" {
		return b.Set(model.MetricNameLabel, rule.Record).Labels()
	}
	return b.Set(model.AlertNameLabel, rule.Alert).Labels()
}

// record stores a series, which ends where it has no value.
func (e *evaluation) record(metric labels.Labels, times []int64, value func(at int64) float64) {
	step := e.step.Milliseconds()
	for i, at := range times {
		e.series.append(metric, at, value(at))
		if i == len(times)-1 || times[i+1] > at+step {
			e.series.end(metric, at+step)
		}
	}
}

// alert follows one alert: pending, firing, and away.
func (e *evaluation) alert(ctx context.Context, rule Rule, o *outcome, firing map[time.Duration][]Alert) {
	shown := o.metric.Map()
	delete(shown, model.AlertNameLabel)
	var (
		active, fires bool
		since, last   time.Duration
		current       value
		hold, keep    = time.Duration(rule.For), time.Duration(rule.KeepFiringFor)
		states        = map[string][]int64{}
	)
	for at := e.start; at <= e.end; at += e.step {
		returned, ok := o.points[at.Milliseconds()]
		switch {
		case ok:
			if !active {
				active, fires, since = true, false, at
			}
			last, current = at, returned
			fires = fires || at-since >= hold
		case active && (!fires || keep == 0 || at-last >= keep):
			active = false
		}
		if !active {
			continue
		}
		if !fires {
			states["pending"] = append(states["pending"], at.Milliseconds())
			continue
		}
		states["firing"] = append(states["firing"], at.Milliseconds())
		seen := current
		firing[at] = append(firing[at], Alert{Name: rule.Alert, Labels: shown, Value: seen.F, annotate: func() map[string]string {
			expanded := map[string]string{}
			for name, text := range rule.Annotations {
				expanded[name] = e.expand(ctx, text, seen)
			}
			return expanded
		}})
	}
	for state, times := range states {
		metric := labels.NewBuilder(o.metric).Set(model.MetricNameLabel, alertsMetric).Set("alertstate", state).Labels()
		e.record(metric, times, func(int64) float64 { return 1 })
	}
}

func instant(at time.Duration) time.Time { return time.UnixMilli(at.Milliseconds()) }

// key orders alerts.
func (a Alert) key() string {
	var text strings.Builder
	text.WriteString(a.Name)
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		fmt.Fprintf(&text, " %s=%q", name, a.Labels[name])
	}
	return text.String()
}
