package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"syscall"

	"stagecraft/checker/internal/check"
)

func always(answer string) func(int) string { return func(int) string { return answer } }

func rollback(t *check.T) {
	for _, r := range []release{
		{title: "the first answer says that the service level is violated", violated: always(yes)},
		{title: "the last answer says that the service level is violated", violated: at(lookups, yes, no)},
		{title: "Prometheus does not answer", violated: always(nothing)},
		{title: "Prometheus does not answer twice in a row", violated: func(n int) string {
			if n == 2 || n == 3 {
				return nothing
			}
			return no
		}},
		{title: "there are no requests to measure", measured: always(no)},
		{title: "the service level is violated, and nothing is measured at the same time", violated: at(2, yes, no), measured: at(2, no, yes)},
		{title: "a canary does not become ready", faults: faults{unready: "order"}},
		{title: "a rollout cannot be paused", faults: faults{pause: "order"}},
		{title: "one Deployment of the release is refused", faults: faults{apply: true}},
		{title: "a rollout cannot be resumed", faults: faults{resume: "order"}},
		{title: "a rollout does not come to its end", faults: faults{stuck: "order"}},
		{title: "the job is cancelled (SIGINT)", signal: syscall.SIGINT},
		{title: "the job is cancelled (SIGTERM)", signal: syscall.SIGTERM},
		{title: "the job is cancelled (SIGINT), and SIGTERM comes during the way back", signal: syscall.SIGINT, again: "rollout undo"},
		{title: "the job is cancelled (SIGINT) while the rollouts go on", signal: syscall.SIGINT, during: "rollout resume"},
	} {
		t.Step("deploy, and %s", r.title)
		o := deploy(t, r)
		takenBack(t, o, r.title)
	}
	t.Step("deploy, miss the service level, and let one rollback fail")
	o := deploy(t, release{title: "one rollback fails", violated: always(yes), faults: faults{undo: "gateway"}})
	order := o.cluster.find("order")
	t.True(order.template == order.release && order.complete(), check.Failure{
		ID: "gives-up", Sentence: "a rollback that fails keeps the others from happening", Expected: "order has its old pods although gateway cannot be undone",
		Seen: o.cluster.state(), Why: "The part of the shop that can be saved is saved.",
	})
	hidden(t, o, "one rollback fails")
	t.Step("deploy, and let the migrations fail")
	o = deploy(t, release{title: "the migrations fail", faults: faults{migration: true}})
	t.True(o.cluster.serves(false) && !slices.ContainsFunc(o.cluster.deployments, func(d *deployment) bool { return d.revision != 7 }), check.Failure{
		ID: "migration", Sentence: "a service is changed although the migrations have failed", Expected: "no Deployment is applied", Seen: o.cluster.state(),
		Why: "The new release needs the tables that it does not have.",
	})
	hidden(t, o, "the migrations fail")
}

func takenBack(t *check.T, o outcome, title string) {
	f := check.Failure{
		ID: "not-back", Sentence: "the release before does not serve in the end: " + title,
		Expected: "all pods are old, and no rollout is paused, when the script ends",
		Seen:     fmt.Sprintf("exit code %d; %s\n%s", o.code, o.cluster.state(), o.output),
		Why:      "A release is taken back by the pipeline within minutes, or by a person after an hour.",
	}
	if !o.cluster.serves(false) {
		o.cluster.tick()
		if o.cluster.serves(false) {
			f.ID, f.Sentence = "not-awaited", "the script ends before the release before serves: "+title
			f.Expected, f.Why = "the script waits for the end of each rollback", "The next deploy begins in the middle of it, and a rollback that fails is not seen."
		}
		if strings.Contains(title, "cancelled") {
			f.ID = "interrupted"
			f.Why = "A job is cancelled by a person, by its time limit, or with its machine. The canaries stay then, and no one watches them."
		}
		t.Fail(f)
	}
	hidden(t, o, title)
}

// hidden fails the check if the script says that all is well.
func hidden(t *check.T, o outcome, title string) {
	t.True(o.code != 0, check.Failure{
		ID: "hidden", Sentence: "the script exits with 0 although the release does not serve: " + title, Expected: "another exit code", Seen: "exit code 0\n" + o.output,
		Why: "The run is green then, and all believe that the new release serves.",
	})
}
