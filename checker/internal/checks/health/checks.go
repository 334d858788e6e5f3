// Package health judges what a process says about itself while its dependencies are away, frozen or flapping, and while it stops.
package health

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("health-requires", "TestZZHealthRequires",
			"a process is ready when the probes that it requires have succeeded, and not before"),
		whiteBox("health-hysteresis", "TestZZHealthHysteresis", "only several results in a row change the readiness, and each change is watched"),
		whiteBox("health-hanging", "TestZZHealthHanging", "a probe that hangs or panics is down, and disturbs no other"),
		whiteBox("health-stop", "TestZZHealthStop", "after Shutdown a process is never ready again, and it lives"),
		scenario("health-outage", "each dependency that is cut takes the traffic away, restarts nothing, and comes back", outage),
		scenario("health-frozen", "a frozen database is noticed and delays no answer; a busy one is no outage", frozen),
		scenario("health-shutdown", "after SIGTERM a service is not ready, for good, while it still serves", shutdown),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "health", Tests: tests, Run: check.GoTest("platform/health", test)}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "health", Run: run, Needs: check.Needs{
		Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"wallet"},
	}}
}
