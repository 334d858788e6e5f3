package main

import (
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

// performed runs jobs and returns the calls of commands, and how the run ended.
func performed(t *testing.T, jobs string, change func(*scenario)) string {
	t.Helper()
	w, found := actionlint.Parse([]byte("on: push\njobs:\n" + jobs))
	if len(found) > 0 {
		t.Fatal(found)
	}
	s := scenario{Event: "push", Ref: "refs/heads/main", Github: map[string]any{"event_name": "push", "sha": "1"}}
	change(&s)
	r, err := perform(t.Context(), w, s, t.TempDir())
	if err != nil || r.Error != "" {
		t.Fatal(err, r.Error)
	}
	var calls []string
	for _, c := range r.Calls {
		calls = append(calls, strings.Join(append([]string{c.Command}, c.Args...), " "))
	}
	return strings.Join(calls, ", ") + ": " + r.Conclusion
}

func jobText(name, more string) string {
	return "  " + name + ":\n    runs-on: x\n" + more + "    steps: [{run: docker " + name + "}]\n"
}

func TestPerform_FailureAndCancellation(t *testing.T) {
	t.Parallel()
	fail := func(s *scenario) { s.Fail = "docker a" }
	cancel := func(s *scenario) { s.Cancel = "docker a" }
	after := func(more string) string { return jobText("a", "") + jobText("b", "    needs: a\n"+more) }
	for _, c := range []struct {
		title, jobs string
		change      func(*scenario)
		want        string
	}{
		{"a failure ends the run", after(""), fail, "docker a: failure"},
		{"without needs nothing waits", jobText("a", "") + jobText("b", ""), fail, "docker a, docker b: failure"},
		{"always", after("    if: always()\n"), fail, "docker a, docker b: failure"},
		{"a condition without a status function", after("    if: github.event_name == 'push'\n"), fail, "docker a: failure"},
		{"a tolerated job is a success", jobText("a", "    continue-on-error: true\n") + jobText("b", "    needs: a\n"), fail, "docker a, docker b: success"},
		{"a skipped job skips those after it", jobText("a", "    if: false\n") + jobText("b", "    needs: a\n") + jobText("c", "    needs: b\n"), fail, ": success"},
		{"a cancelled run", after(""), cancel, "docker a: cancelled"},
		{"not failed", after("    if: ${{ !failure() }}\n"), cancel, "docker a, docker b: cancelled"},
		{"a pipe without pipefail", "  a: {runs-on: x, steps: [{run: docker a | cat}, {run: docker b}]}\n", fail, "docker a, docker b: success"},
		{"a pipe with pipefail", "  a: {runs-on: x, steps: [{run: docker a | cat, shell: bash}, {run: docker b}]}\n", fail, "docker a: failure"},
		{"a step after a failure", "  a: {runs-on: x, steps: [{run: docker a}, {run: docker b, if: failure()}]}\n", fail, "docker a, docker b: failure"},
		{"an output", "  a: {runs-on: x, steps: [{id: s, run: 'echo n=7 >>\"$GITHUB_OUTPUT\"'}, {run: 'docker ${{ steps.s.outputs.n }}'}]}\n", fail, "docker 7: success"},
		{"a variable for later steps", "  a: {runs-on: x, steps: [{run: 'echo N=7 >>\"$GITHUB_ENV\"'}, {run: docker $N}]}\n", fail, "docker 7: success"},
		{"a matrix", "  a: {runs-on: x, strategy: {matrix: {n: [1, 2]}}, steps: [{run: 'docker ${{ matrix.n }}'}]}\n", fail, "docker 1, docker 2: success"},
		{"make without a checkout", "  a: {runs-on: x, steps: [{run: make a}]}\n", fail, "make a: failure"},
		{"several targets", "  a: {runs-on: x, steps: [{uses: actions/checkout@v6}, {run: make a b X=1}]}\n", fail, "uses, make a, make b: success"},
	} {
		t.Run(c.title, func(t *testing.T) {
			t.Parallel()
			if got := performed(t, c.jobs, c.change); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
}
