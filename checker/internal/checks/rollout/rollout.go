// Package rollout judges how a learner's manifests and clients behave when a release replaces every pod: by the rules of Kubernetes, without
// a cluster, and by a release under load on one.
package rollout

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		manifests("rollout-strategy", "a release takes no pod away before a new one is ready, and gives up when that does not happen", strategy),
		manifests("rollout-probes", "a pod gets calls only when it can answer, survives a slow start, and is restarted when it hangs", probes),
		manifests("rollout-stop", "a stop begins when clients have noticed, and ends within the grace period", stop),
		clients("rollout-clients", "a client uses all pods of a name, and follows them through a release"),
		onCluster("rollout-release", "a release of all services under load fails no request", release),
		onCluster("rollout-bad-release", "a release that cannot serve replaces no pod, and taking it back fails no request", badRelease),
	}
}

// services are those with a Deployment. The gateway is the one that speaks HTTP.
var services = stack.Names()

const gateway = "gateway"

func manifests(id, sentence string, judge func(*check.T, *shopManifests)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "kubernetes", Run: func(t *check.T) { judge(t, readManifests(t)) }}
}

func clients(id, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "kubernetes", Tests: tests, Timeout: time.Minute,
		Run: check.GoTest("platform/grpcclient", "TestClients"),
	}
}

// onCluster is a check that shares a cluster with the others of its run.
func onCluster(id, sentence string, judge func(*check.T, *lab)) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: "kubernetes", Timeout: 10 * time.Minute,
		Needs: check.Needs{Postgres: true, Redis: true, RabbitMQ: true},
		Run:   func(t *check.T) { withLab(t, judge) },
	}
}
