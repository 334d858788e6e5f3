package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/alerting"
	"stagecraft/checker/internal/check"
)

// scenario is a piece of history, and the alerts that it must raise. All other alerts that it is about must stay quiet.
type scenario struct {
	id     string // of the failure
	title  string
	why    string
	about  []alert
	every  time.Duration // between two samples
	step   time.Duration // between two evaluations; zero is every
	until  time.Duration
	series []string
	fires  []fire
}

// alert names what a scenario is about: without a severity, alerts of the name whatever their severity is.
type alert struct{ name, severity string }

// fire is an alert that must fire.
type fire struct {
	name   string
	labels map[string]string // it has these, severity among them
	from   time.Duration     // not before
	by     time.Duration     // at the latest
	ends   time.Duration     // quiet from here on; zero is never
	twice  bool              // several rules may raise it
}

// moment is one evaluation.
type moment struct {
	at     time.Duration
	alerts []alerting.Alert
}

func (s scenario) judge(t *check.T, rules *alerting.Rules) {
	series := alerting.NewSeries()
	for _, one := range s.series {
		t.Ours("read a series", series.Add(s.every, one))
	}
	step := s.step
	if step == 0 {
		step = s.every
	}
	var moments []moment
	var names []string
	for _, about := range s.about {
		names = append(names, about.name)
	}
	err := rules.Evaluate(t.Context(), series, 0, s.until, step, names, func(at time.Duration, firing []alerting.Alert) {
		moments = append(moments, moment{at, slices.DeleteFunc(slices.Clone(firing), func(a alerting.Alert) bool { return !s.isAbout(a) })})
	})
	if err != nil {
		t.Fail(check.Failure{
			ID: "unreadable", Sentence: "a rule cannot be evaluated: " + s.title, Expected: "an instant vector whose series differ in their labels",
			Seen: err.Error(), Why: "Prometheus raises no alert of such a rule, and says so only in its log.",
		})
	}
	for _, want := range s.fires {
		s.fired(t, want, moments)
	}
	for _, m := range moments {
		for _, a := range m.alerts {
			if slices.ContainsFunc(s.fires, func(want fire) bool { return want.is(a) }) {
				continue
			}
			id := s.id
			if len(s.fires) > 0 {
				id = "labels"
			}
			t.Fail(check.Failure{
				ID: id, Sentence: fmt.Sprintf("%s fires: %s", a.Name, s.title), Expected: s.expected(),
				Seen: fmt.Sprintf("%s after %s", show(a), m.at), Why: s.why,
			})
		}
	}
}

func (s scenario) isAbout(a alerting.Alert) bool {
	return slices.ContainsFunc(s.about, func(about alert) bool {
		return a.Name == about.name && (about.severity == "" || a.Labels["severity"] == about.severity)
	})
}

func (s scenario) expected() string {
	if len(s.fires) == 0 {
		return "no alert"
	}
	var text []string
	for _, want := range s.fires {
		text = append(text, fmt.Sprintf("%s%s between %s and %s", want.name, labels(want.labels), want.from, want.by))
	}
	return strings.Join(text, "\n") + "\nand no other alert"
}

func (want fire) is(a alerting.Alert) bool {
	if a.Name != want.name {
		return false
	}
	for name, text := range want.labels {
		if a.Labels[name] != text {
			return false
		}
	}
	return true
}

func (s scenario) fired(t *check.T, want fire, moments []moment) {
	f := check.Failure{ID: s.id, Expected: s.expected(), Why: s.why}
	first, others := time.Duration(-1), map[string]bool{}
	for _, m := range moments {
		n := 0
		for _, a := range m.alerts {
			switch {
			case want.is(a):
				n++
			case a.Name == want.name && !slices.ContainsFunc(s.fires, func(other fire) bool { return other.is(a) }):
				others[show(a)] = true
			}
		}
		if n > 1 && !want.twice {
			f.ID, f.Sentence = "split", fmt.Sprintf("%s fires %d times for one fault: %s", want.name, n, s.title)
			f.Seen = fmt.Sprintf("after %s: %s", m.at, showAll(m.alerts))
			t.Fail(f)
		}
		if n == 0 {
			continue
		}
		if first < 0 {
			first = m.at
		}
		switch {
		case m.at < want.from:
			f.ID, f.Sentence = "early", fmt.Sprintf("%s%s fires too early: %s", want.name, labels(want.labels), s.title)
			f.Seen = fmt.Sprintf("it fires after %s", m.at)
			t.Fail(f)
		case want.ends > 0 && m.at >= want.ends:
			f.ID, f.Sentence = "lingers", fmt.Sprintf("%s%s still fires after the fault: %s", want.name, labels(want.labels), s.title)
			f.Seen = fmt.Sprintf("it fires after %s; it should have ended by %s", m.at, want.ends)
			t.Fail(f)
		}
	}
	if first < 0 || first > want.by {
		f.Sentence = fmt.Sprintf("%s%s does not fire in time: %s", want.name, labels(want.labels), s.title)
		f.Seen = "it never fires"
		if first >= 0 {
			f.Seen = fmt.Sprintf("it fires after %s", first)
		} else if len(others) > 0 {
			f.ID = "labels"
			f.Seen = "these fire instead: " + strings.Join(keys(others), ", ")
		}
		t.Fail(f)
	}
	last := moments[len(moments)-1]
	if want.ends == 0 && !slices.ContainsFunc(last.alerts, want.is) {
		f.ID, f.Sentence = "flaps", fmt.Sprintf("%s%s ends while the fault goes on: %s", want.name, labels(want.labels), s.title)
		f.Seen = fmt.Sprintf("it fires after %s, and no more after %s", first, last.at)
		t.Fail(f)
	}
}

func show(a alerting.Alert) string { return a.Name + labels(a.Labels) }

func showAll(alerts []alerting.Alert) string {
	var text []string
	for _, a := range alerts {
		text = append(text, show(a))
	}
	return strings.Join(text, ", ")
}

func labels(set map[string]string) string {
	var text []string
	for _, name := range keys(set) {
		text = append(text, fmt.Sprintf("%s=%q", name, set[name]))
	}
	return "{" + strings.Join(text, ", ") + "}"
}

func keys[V any](set map[string]V) []string { return slices.Sorted(maps.Keys(set)) }
