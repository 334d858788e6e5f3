package pipeline

import (
	"fmt"

	"stagecraft/checker/internal/check"
)

func canary(t *check.T) {
	t.Step("deploy a release that is good")
	o := deploy(t, release{title: "a good release"})
	promoted(t, o, "a good release")
	t.True(o.asked > 0, check.Failure{
		ID: "unwatched", Sentence: "the service level is not asked for", Expected: fmt.Sprintf("%d questions (CANARY_CHECKS)", lookups), Seen: "none; " + o.output,
		Why: "Pods that are ready are not pods that serve: a release can fail every second purchase and answer its probes.",
	})
	t.True(o.early == "", check.Failure{
		ID: "all-at-once", Sentence: "while the service level is watched, there is more or less than one new pod of each changed service",
		Expected: "2 old pods and 1 new one of order and of gateway, and their rollouts paused", Seen: o.early,
		Why: "All customers are hurt by a bad release when it has all pods, and none when it has none: then nothing is measured.",
	})
	t.True(o.bare == "", check.Failure{
		ID: "not-ready", Sentence: "the service level is asked for before the canaries are ready", Expected: "each canary is ready before the first question", Seen: o.bare,
		Why: "A pod that is not ready gets no requests: the old release is measured.",
	})
	enough(t, o, "a good release")
	for _, d := range o.cluster.deployments {
		t.True(d.name != "redis" || len(d.touched) == 0, check.Failure{
			ID: "touched", Sentence: "a Deployment that the release does not change is paused, resumed or undone", Expected: "redis is left alone",
			Seen: fmt.Sprint(d.touched), Why: "A rollout that is undone without a reason brings back a release that is older than the one before.",
		})
	}
	for _, r := range []release{
		{title: "Prometheus misses one answer", violated: at(2, nothing, no)},
		{title: "Prometheus misses an answer now and then", violated: func(n int) string {
			if n%2 == 0 {
				return nothing
			}
			return no
		}},
		{title: "one answer says that nothing was measured", measured: at(3, no, yes)},
	} {
		t.Step("deploy a good release, and %s", r.title)
		o := deploy(t, r)
		promoted(t, o, r.title)
		enough(t, o, r.title)
	}
}

// at answers the nth question differently.
func at(n int, there, elsewhere string) func(int) string {
	return func(i int) string {
		if i == n {
			return there
		}
		return elsewhere
	}
}

func promoted(t *check.T, o outcome, title string) {
	t.True(o.code == 0 && o.cluster.serves(true), check.Failure{
		ID: "not-promoted", Sentence: "a good release does not serve in the end: " + title, Expected: "all pods are new, no rollout is paused, and the script exits with 0",
		Seen: fmt.Sprintf("exit code %d; %s\n%s", o.code, o.cluster.state(), o.output), Why: "A canary that stops good releases is switched off by those who wait for them.",
	})
}

func enough(t *check.T, o outcome, title string) {
	t.True(o.good >= lookups, check.Failure{
		ID: "too-few", Sentence: "the release goes on before it was watched long enough: " + title, Expected: fmt.Sprintf("%d good answers (CANARY_CHECKS)", lookups),
		Seen: fmt.Sprintf("%d good answers among %d", o.good, o.asked), Why: "An answer that is missing is not a good one.",
	})
}
