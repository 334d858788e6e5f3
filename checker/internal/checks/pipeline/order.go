package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// The calls that make a delivery, in their order.
var delivered = []string{
	"make lint", "make codegen-verify", "make test", "make migration-safety", "make images", "make push", "make deploy",
}

// beforeMerge is how many of them a pull request makes.
const beforeMerge = 5

// rank is the place of a call in the delivery: a whole number for each of delivered, and halves for what prepares one; ok is false for calls
// that the lesson does not ask for.
func rank(c call) (place float64, ok bool) {
	text := c.String()
	if i := slices.Index(delivered, text); i >= 0 {
		return float64(i), true
	}
	switch {
	case strings.HasPrefix(text, "docker compose up"), strings.HasPrefix(text, "docker-compose up"):
		return 2.5, true
	case strings.HasPrefix(text, "docker login"):
		return 4.5, true
	}
	return 0, false
}

func valid(t *check.T) {
	t.Step("run actionlint over the workflow")
	answer := ask(t, []scenario{})
	for _, f := range answer.Findings {
		t.FailAt(workflow, f.Line, check.Failure{
			Sentence: "actionlint finds a mistake in the workflow", Expected: "no finding", Seen: fmt.Sprintf("line %d: %s (%s)", f.Line, f.Message, f.Kind),
			Why: "Nothing compiles a workflow before it runs. A name that is wrong is empty, and a condition with it is false, or always true.",
		})
	}
	t.Step("start a run for a push to main")
	perform(t, push(1))
}

// good runs the workflow for a good commit on main, and fails the check if the delivery is not complete.
func good(t *check.T) run {
	t.Step("push a good commit to main")
	r := perform(t, push(1))[0]
	t.True(r.Started, check.Failure{
		ID: "not-started", Sentence: "a push to main starts nothing", Expected: "a run for every push to main, whatever files it changes",
		Seen: "no run for a push that changes a migration", Why: "What is not delivered on its own is delivered with the next change, by a person who does not expect it.",
	})
	for _, c := range r.Calls {
		if c.Bare && c.Command == "make" {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "no-checkout", Sentence: fmt.Sprintf("%q finds no Makefile", c.shown()), Expected: "a step with actions/checkout before it, in the same job",
				Seen: fmt.Sprintf("the job %s has no files of the repository", c.Job), Why: "Each job begins on a machine of its own, without any file.",
			})
		}
	}
	for _, wanted := range delivered {
		i := slices.IndexFunc(r.Calls, func(c call) bool { return c.String() == wanted })
		t.True(i >= 0, check.Failure{
			ID: "missing", Sentence: fmt.Sprintf("%q does not run for a push to main", wanted), Expected: strings.Join(delivered, ", "),
			Seen: show(r), Why: "Every step finds what the others do not see.",
		})
	}
	t.True(r.Conclusion == "success", check.Failure{
		ID: "red", Sentence: "the run of a good commit fails", Expected: "each command succeeds, and so does the run", Seen: show(r),
		Why: "A pipeline that fails without a reason is soon ignored.",
	})
	return r
}

func order(t *check.T) {
	r := good(t)
	for i, later := range delivered {
		if i == 0 {
			continue
		}
		before := delivered[i-1]
		first := slices.IndexFunc(r.Calls, func(c call) bool { return c.String() == later })
		last := len(r.Calls) - 1
		for ; r.Calls[last].String() != before; last-- {
		}
		if later != "make push" && first < last {
			t.FailAt(workflow, r.Calls[first].Line, check.Failure{
				ID: "order", Sentence: fmt.Sprintf("%q runs before %q", later, before), Expected: strings.Join(delivered, ", then "), Seen: show(r),
				Why: "What is fast and finds much comes first, and nothing is built or deployed that was not checked.",
			})
		}
	}
	var calls []call
	for _, c := range r.Calls {
		same := func(other call) bool { return other.String() == c.String() }
		if _, ok := rank(c); ok && !slices.ContainsFunc(calls, same) {
			calls = append(calls, c)
		}
	}
	var scenarios []scenario
	for _, c := range calls {
		failing, cancelled := push(1), push(1)
		failing.title, failing.Fail = fmt.Sprintf("%q fails", c.shown()), c.String()
		cancelled.title, cancelled.Cancel = fmt.Sprintf("the run is cancelled during %q", c.shown()), c.String()
		scenarios = append(scenarios, failing, cancelled)
	}
	t.Step("let each command fail once, and cancel the run once during each")
	for i, r := range perform(t, scenarios...) {
		stopped(t, scenarios[i], calls[i/2], r)
	}
	scenarios, calls = nil, nil
	for _, c := range perform(t, pullRequest(7, 3, false))[0].Calls {
		if place, ok := rank(c); ok && place < beforeMerge {
			failing := pullRequest(7, 3, false)
			failing.title, failing.Fail = fmt.Sprintf("%q fails for a pull request", c.shown()), c.String()
			scenarios, calls = append(scenarios, failing), append(calls, c)
		}
	}
	t.Step("let each command fail once for a pull request")
	if len(scenarios) == 0 {
		return
	}
	for i, r := range perform(t, scenarios...) {
		stopped(t, scenarios[i], calls[i], r)
	}
}

// stopped fails the check if a command ran after the one that failed, or if the run hides the failure.
func stopped(t *check.T, s scenario, bad call, r run) {
	place, _ := rank(bad)
	at := slices.IndexFunc(r.Calls, func(c call) bool { return c.String() == bad.String() })
	for _, c := range r.Calls[max(at, 0):] {
		if later, ok := rank(c); !ok || later <= place {
			continue
		}
		id, why := "goes-on", "A commit that breaks a rule reaches the customers, and the run looks as if the rule had been asked."
		if s.Cancel != "" {
			id, why = "goes-on-cancelled", "A person cancels a run because they have seen that it must not reach production."
		}
		t.FailAt(workflow, c.Line, check.Failure{
			ID: id, Sentence: fmt.Sprintf("%s, and %q runs nevertheless", s.title, c.shown()), Expected: "no later step, and a run that is not green", Seen: show(r),
			Why: why,
		})
	}
	t.True(s.Fail == "" || r.Conclusion == "failure", check.Failure{
		ID: "hidden", Sentence: s.title + ", and the run is green", Expected: "the conclusion failure", Seen: show(r),
		Why: "No person looks at a green run. After a deploy that went back, all believe that the new release serves.",
	})
}

// show lists what ran, and how the run ended.
func show(r run) string {
	var all []string
	for _, c := range r.Calls {
		if c.Uses == "" {
			all = append(all, c.shown())
		}
	}
	if len(all) == 0 {
		all = []string{"no command"}
	}
	return strings.Join(all, ", ") + "; conclusion: " + r.Conclusion
}
