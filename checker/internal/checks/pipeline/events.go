package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

func events(t *check.T) {
	good(t)
	pulls := []scenario{pullRequest(7, 3, false), pullRequest(8, 4, true)}
	for i, r := range perform(t, pulls...) {
		t.Step("open %s", pulls[i].title)
		unchanged(t, pulls[i], r)
		for _, wanted := range delivered[:beforeMerge] {
			t.True(len(find(r, wanted)) > 0, check.Failure{
				ID: "not-tested", Sentence: fmt.Sprintf("%q does not run for %s", wanted, pulls[i].title), Expected: strings.Join(delivered[:beforeMerge], ", "), Seen: show(r),
				Why: "A mistake that is found after the merge stops every other change.",
			})
		}
		t.True(r.Conclusion == "success", check.Failure{
			ID: "not-tested", Sentence: "the run fails for " + pulls[i].title, Expected: "the conclusion success", Seen: show(r), Why: "Nothing was wrong with the commit.",
		})
	}
	t.Step("let everything else happen that can start a workflow")
	others := otherEvents()
	for i, r := range perform(t, others...) {
		unchanged(t, others[i], r)
		if ran := slices.ContainsFunc(r.Calls, func(call) bool { return true }); others[i].Event == "pull_request_target" || others[i].Event == "workflow_run" {
			t.True(!ran, check.Failure{
				ID: "target", Sentence: "jobs run for " + others[i].title, Expected: "no run", Seen: show(r),
				Why: "These runs have the secrets and a token that writes, and they are started by code of strangers.",
			})
		}
	}
}

// unchanged fails the check if a run for something else than a push to main has pushed or deployed.
func unchanged(t *check.T, s scenario, r run) {
	for _, c := range r.Calls {
		login := strings.HasPrefix(c.String(), "docker login") || c.action() == "docker/login-action"
		if text := c.String(); text == "make push" || text == "make deploy" || login {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "deploys", Sentence: fmt.Sprintf("%q runs for %s", c.shown(), s.title), Expected: "nothing is pushed or deployed but for a push to main", Seen: show(r),
				Why: "Code that no one has approved would reach the registry, or the customers.",
			})
		}
	}
	for _, j := range r.Jobs {
		t.True(j.Environment != "production" || j.Result == "skipped", check.Failure{
			ID: "deploys", Sentence: fmt.Sprintf("the job %s enters the environment production for %s", j.ID, s.title), Expected: "no job of this environment", Seen: show(r),
			Why: "The job gets the secrets of production.",
		})
	}
}

func otherEvents() []scenario {
	labelled, merged := pullRequest(7, 3, false), pullRequest(7, 3, false)
	labelled.title, labelled.Action = "a pull request with the label deploy", "labeled"
	payload := labelled.Github["event"].(map[string]any)
	payload["action"], payload["label"] = "labeled", map[string]any{"name": "deploy"}
	payload["pull_request"].(map[string]any)["labels"] = []any{map[string]any{"name": "deploy"}}
	merged.title, merged.Action = "a pull request that was merged", "closed"
	payload = merged.Github["event"].(map[string]any)
	payload["action"] = "closed"
	payload["pull_request"].(map[string]any)["merged"] = true
	target := pullRequest(9, 5, true)
	target.title, target.Event, target.Ref = "pull_request_target", "pull_request_target", main
	target.Github["event_name"], target.Github["ref"], target.Github["ref_name"] = "pull_request_target", main, "main"
	target.Secrets = push(1).Secrets
	comment := event("issue_comment", main, 6, map[string]any{
		"action": "created", "comment": map[string]any{"body": "/deploy " + foreign}, "issue": map[string]any{"number": 9.0, "title": foreign, "pull_request": map[string]any{}},
	})
	comment.title, comment.Action = "a comment of a stranger", "created"
	finished := event("workflow_run", main, 6, map[string]any{
		"action": "completed", "workflow_run": map[string]any{"conclusion": "success", "event": "pull_request", "head_branch": branch, "head_sha": sha(5)},
	})
	finished.title, finished.Action = "the end of another workflow", "completed"
	feature := pushTo("refs/heads/feature", 6)
	dispatch := event("workflow_dispatch", "refs/heads/feature", 6, nil)
	dispatch.title = "a run that was started by hand on the branch feature"
	byHand := event("workflow_dispatch", main, 6, nil)
	byHand.title = "a run that was started by hand"
	version := event("release", "refs/tags/v1.0.0", 6, map[string]any{"action": "published", "release": map[string]any{"name": foreign, "tag_name": "v1.0.0"}})
	version.title, version.Action = "a release", "published"
	schedule := event("schedule", main, 6, map[string]any{"schedule": "0 3 * * *"})
	schedule.title = "the clock"
	queue := event("merge_group", "refs/heads/gh-readonly-queue/main/pr-7", 6, map[string]any{"action": "checks_requested"})
	queue.title, queue.Action = "the merge queue", "checks_requested"
	return []scenario{
		labelled, merged, target, comment, finished, feature, pushTo("refs/heads/main-2", 6), pushTo("refs/tags/v1.0.0", 6), pushTo("refs/tags/main", 6),
		dispatch, byHand, version, schedule, queue,
	}
}
