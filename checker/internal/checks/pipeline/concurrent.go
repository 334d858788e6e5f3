package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// pair is a run, and another that starts while it goes on.
type pair struct {
	title         string
	first, second scenario
}

func concurrent(t *check.T) {
	good(t)
	first := push(1)
	deploys := deploying(t, first)
	t.Step("push a second commit while the first is deployed")
	second := deploying(t, push(2))
	for _, j := range deploys {
		t.True(j.Minutes == 0 || j.Minutes >= deployed, check.Failure{
			ID: "short", Sentence: fmt.Sprintf("the job %s ends before a deploy does", j.ID), Expected: fmt.Sprintf("timeout-minutes of at least %d", deployed),
			Seen: fmt.Sprintf("timeout-minutes: %v", j.Minutes), Why: "GitHub kills a job whose time is over: the canaries stay, and no one watches them.",
		})
	}
	again := push(1)
	again.Github["run_id"], again.Github["run_number"] = "1009", "109"
	for _, p := range []pair{
		{"a second push to main", first, push(2)},
		{"a pull request", first, pullRequest(7, 3, false)},
		{"a pull request of a fork", first, pullRequest(8, 4, true)},
		{"the same commit again", first, again},
	} {
		t.Step("start %s while the first is deployed", p.title)
		a, b := plan(t, p.first), plan(t, p.second)
		if same(a.Concurrency, b.Concurrency) && b.Concurrency.Cancel {
			t.FailAt(workflow, b.Concurrency.Line, check.Failure{
				ID: "cut-off", Sentence: p.title + " cancels a run that deploys", Expected: "a deploy that has begun ends: as the new release, or as the one before",
				Seen: fmt.Sprintf("both runs have the group %q, and cancel-in-progress is true", b.Concurrency.Group),
				Why:  "The canaries stay, the rollouts stay paused, and no one watches them.",
			})
		}
		for _, j := range deploys {
			for _, other := range b.Jobs {
				if same(j.Concurrency, other.Concurrency) && other.Concurrency.Cancel && other.Result != "skipped" {
					t.FailAt(workflow, other.Line, check.Failure{
						ID: "cut-off", Sentence: p.title + " cancels the deploy that goes on", Expected: "cancel-in-progress: false",
						Seen: fmt.Sprintf("the job %s has the group %q, and cancel-in-progress is true", other.ID, other.Concurrency.Group),
						Why:  "The canaries stay, the rollouts stay paused, and no one watches them.",
					})
				}
			}
		}
	}
	serial := same(plan(t, first).Concurrency, plan(t, push(2)).Concurrency)
	for _, a := range deploys {
		for _, b := range second {
			t.True(serial || same(a.Concurrency, b.Concurrency), check.Failure{
				ID: "at-once", Sentence: "two deploys run at once", Expected: "one concurrency group for the deploys of all commits",
				Seen: fmt.Sprintf("the groups %q and %q", group(a.Concurrency), group(b.Concurrency)),
				Why:  "Each takes the pods of the other for its canaries, and the older commit may win.",
			})
		}
	}
	r := plan(t, first)
	for _, j := range r.Jobs {
		t.True(!same(r.Concurrency, j.Concurrency), check.Failure{
			ID: "deadlock", Sentence: fmt.Sprintf("the job %s waits for its own run", j.ID), Expected: "different groups for the workflow and for its jobs",
			Seen: fmt.Sprintf("both have the group %q", group(j.Concurrency)), Why: "GitHub cancels a run that waits for itself.",
		})
	}
	for _, j := range append(r.Jobs, plan(t, pullRequest(7, 3, false)).Jobs...) {
		if j.Result != "skipped" {
			limits(t, j)
		}
	}
	pulls(t)
}

// pulls looks at the runs of pull requests: a newer commit replaces an older one, and no other pull request is disturbed.
func pulls(t *check.T) {
	t.Step("push a second commit to a pull request")
	older, newer := plan(t, pullRequest(7, 3, false)), plan(t, pullRequest(7, 4, false))
	t.True(same(older.Concurrency, newer.Concurrency) && newer.Concurrency.Cancel, check.Failure{
		ID: "outdated", Sentence: "the run of an outdated commit of a pull request goes on", Expected: "the run of a newer commit of the same pull request cancels it",
		Seen: fmt.Sprintf("the groups %q and %q, cancel-in-progress: %t", group(older.Concurrency), group(newer.Concurrency), newer.Concurrency != nil && newer.Concurrency.Cancel),
		Why:  "No one waits for its result, and all wait for its machine.",
	})
	t.Step("open pull requests of two forks whose branches have the same name")
	one, other := plan(t, pullRequest(8, 3, true)), plan(t, pullRequest(9, 4, true))
	t.True(!same(one.Concurrency, other.Concurrency), check.Failure{
		ID: "disturbed", Sentence: "a pull request stops the run of another", Expected: "a group for each pull request", Seen: fmt.Sprintf("both have the group %q", group(one.Concurrency)),
		Why: "Names of branches are not unique: many forks have a branch patch-1, or main.",
	})
}

// deploying returns the jobs that deploy.
func deploying(t *check.T, s scenario) []job {
	r := perform(t, s)[0]
	var all []job
	for _, j := range r.Jobs {
		if slices.ContainsFunc(r.Calls, func(c call) bool { return ofJob(c, j) && c.String() == "make deploy" }) {
			all = append(all, j)
		}
	}
	return all
}

// plan returns the run as if all commands succeeded.
func plan(t *check.T, s scenario) run {
	s.Plan = true
	return perform(t, s)[0]
}

// same reports whether two runs or jobs are in the same group. GitHub does not look at the case of its name.
func same(a, b *concurrency) bool {
	return a != nil && b != nil && strings.EqualFold(a.Group, b.Group)
}

func group(c *concurrency) string {
	if c == nil {
		return ""
	}
	return c.Group
}

const (
	longest  = 60 // minutes of a job
	deployed = 30 // minutes that a deploy may need
)

// limits looks at the time limit of a job.
func limits(t *check.T, j job) {
	if j.Minutes <= 0 || j.Minutes > longest {
		t.FailAt(workflow, j.Line, check.Failure{
			ID: "no-limit", Sentence: fmt.Sprintf("the job %s may run for more than an hour", j.ID), Expected: fmt.Sprintf("timeout-minutes, at most %d", longest),
			Seen: fmt.Sprintf("timeout-minutes: %v (without it, a job may run for six hours)", j.Minutes), Why: "A job that hangs keeps its machine, and every deploy behind it waits.",
		})
	}
}
