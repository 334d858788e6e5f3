// Package pipeline judges a learner's delivery pipeline: the workflow by the jobs and commands that run for an event, and the deploy script by
// what it does with a cluster.
package pipeline

import (
	"time"

	"stagecraft/checker/internal/check"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		judged("pipeline-valid", "GitHub accepts the workflow, and actionlint finds nothing in it", valid),
		judged("pipeline-order", "each step begins when the one before has succeeded, and a failure ends the run", order),
		judged("pipeline-steps", "each step has what it needs, and all are about the same commit", steps),
		judged("pipeline-events", "only a push to main pushes images and deploys", events),
		judged("pipeline-privileges", "actions are pinned, and a job's token can do no more than the job needs", privileges),
		judged("pipeline-secrets", "a secret is seen by the step that needs it, and no text of others gets into a script", secrets),
		judged("pipeline-concurrency", "no two deploys run at once, and none is cut off", concurrent),
		judged("pipeline-cache", "modules are cached by go.sum, and a cache skips no step", caches),
		judged("pipeline-canary", "a release is watched on one pod of each service before the rest follows", canary),
		judged("pipeline-rollback", "a release that misses the service level is taken back, and the run fails", rollback),
	}
}

func judged(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Topic: "ci-cd", Sentence: sentence, Timeout: 6 * time.Minute, Run: run}
}
