package main

import (
	"testing"

	"github.com/rhysd/actionlint"
)

func contexts() scope {
	return scope{
		contexts: map[string]any{
			"github": map[string]any{"event_name": "push", "ref": "refs/heads/main", "event": map[string]any{
				"number": 7.0, "commits": []any{map[string]any{"message": "a"}, map[string]any{"message": "b"}},
			}},
			"needs": map[string]any{"build": map[string]any{"result": "success"}},
		},
		status: func(name string) bool { return name == "failure" },
	}
}

func TestText_Expressions_AreReplacedAsByGitHub(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a ${{ github.ref }} b ${{ github.event.number }}":                 "a refs/heads/main b 7",
		"${{ github.EVENT_NAME == 'PUSH' }}":                               "true",
		"${{ github.event_name == 'pull_request' && 'a' || 'b' }}":         "b",
		"${{ github.event.pull_request.base.sha }}":                        "",
		"${{ github.event.missing == null }}":                              "true",
		"${{ !github.event.missing }}":                                     "true",
		"${{ '' == 0 }} ${{ 'x' == 0 }} ${{ true == 1 }}":                  "true false true",
		"${{ join(github.event.commits.*.message, '-') }}":                 "a-b",
		"${{ github.event.commits[1].message }}":                           "b",
		"${{ needs['build'].result }}":                                     "success",
		"${{ contains(github.ref, 'MAIN') }}":                              "true",
		"${{ startsWith(github.ref, 'refs/tags/') }}":                      "false",
		"${{ format('{0}-{1} {{x}}', 'a', 2) }}":                           "a-2 {x}",
		"${{ fromJSON('[1, 2]')[1] }}":                                     "2",
		"${{ 10 > 9 }} ${{ '10' > '9' }}":                                  "true false",
		"${{ contains(fromJSON('[\"push\", \"x\"]'), github.event_name)}}": "true",
	} {
		if got, err := contexts().text(source); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", source, got, err, want)
		}
	}
	if _, err := contexts().text("${{ secrets.TOKEN }}"); err == nil {
		t.Error("a context that does not exist has a value")
	}
}

func TestCondition_WithoutStatusFunction_DemandsSuccess(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{
		"github.event_name == 'push'":                     false, // something has failed
		"always() && github.event_name == 'push'":         true,
		"${{ failure() }}":                                true,
		"${{ !success() }}":                               true,
		"${{ !cancelled() && github.event_name == 'x' }}": false,
	} {
		got, err := contexts().condition(&actionlint.String{Value: source})
		if err != nil || got != want {
			t.Errorf("%s: %t, %v; want %t", source, got, err, want)
		}
	}
}

func TestStarts_FiltersOfEvents(t *testing.T) {
	t.Parallel()
	push := func(ref string) scenario {
		return scenario{Event: "push", Ref: ref, Changed: []string{"order/db/a.sql"}}
	}
	pull := scenario{Event: "pull_request", Action: "synchronize", BaseRef: "main", Ref: "refs/pull/1/merge"}
	for _, c := range []struct {
		on    string
		event scenario
		want  bool
	}{
		{"push", push("refs/heads/x"), true},
		{"push", pull, false},
		{"[push, pull_request]", pull, true},
		{"{push: {branches: [main]}}", push("refs/heads/main"), true},
		{"{push: {branches: [main]}}", push("refs/heads/main-2"), false},
		{"{push: {branches: [main]}}", push("refs/tags/main"), false},
		{"{push: {branches: ['m*', '!ma*']}}", push("refs/heads/main"), false},
		{"{push: {branches-ignore: [main]}}", push("refs/heads/main"), false},
		{"{push: {tags: ['v*']}}", push("refs/heads/main"), false},
		{"{push: {tags: ['v*']}}", push("refs/tags/v1"), true},
		{"{push: {paths: ['**.go']}}", push("refs/heads/main"), false},
		{"{push: {paths-ignore: ['docs/**']}}", push("refs/heads/main"), true},
		{"{pull_request: {branches: [release]}}", pull, false},
		{"{pull_request: {types: [opened]}}", pull, false},
		{"workflow_dispatch", scenario{Event: "workflow_dispatch", Ref: "refs/heads/x"}, true},
	} {
		w, found := actionlint.Parse([]byte("on: " + c.on + "\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n"))
		if len(found) > 0 {
			t.Fatal(c.on, found)
		}
		if got := starts(w, c.event); got != c.want {
			t.Errorf("%s, %s %s: %t; want %t", c.on, c.event.Event, c.event.Ref, got, c.want)
		}
	}
}
