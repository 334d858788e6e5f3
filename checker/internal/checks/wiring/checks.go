// Package wiring judges how a service is put together: what runs after the start, how many pools there are, what blocks the start, and what
// the stop leaves out. The tests run in the learner's package and start the whole service in their own process, on a real PostgreSQL.
package wiring

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
)

//go:embed testdata
var testdata embed.FS

const topic = "fx"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		documents.Findings("wiring-findings", topic, "the findings name every fault of the wiring, with place, reason and effect, and nothing else"),
		whiteBox("wiring-runs", "TestZZWiringRuns", "everything that the service is made of runs after the start, and goes on"),
		whiteBox("wiring-pool", "TestZZWiringPool", "the service has one pool of connections"),
		whiteBox("wiring-start", "TestZZWiringStart", "the start ends when the service can serve, and fails when it cannot"),
		whiteBox("wiring-stop", "TestZZWiringStop", "every part is stopped, in reverse order, within the time that the service has"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Needs: check.Needs{Postgres: true, Scratch: true}, Timeout: 2 * time.Minute, Tests: tests,
		Run: func(t *check.T) { onPostgres(t, "order/internal/app", test) },
	}
}
