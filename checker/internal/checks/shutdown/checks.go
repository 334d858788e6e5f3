// Package shutdown judges the stop of a service: the order and the budgets of its phases, what becomes of the work in progress, and the score
// of a stop under load.
package shutdown

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
		whiteBox("shutdown-order", "TestZZShutdownOrder", "phases stop in their order, and the parts of one phase side by side"),
		whiteBox("shutdown-budget", "TestZZShutdownBudget", "a part that overruns its budget is cut off, and the next phase runs"),
		whiteBox("shutdown-failure", "TestZZShutdownFailure", "neither an error nor a panic of a part keeps the others from stopping"),
		whiteBox("shutdown-signal", "TestZZShutdownSignal", "a second signal ends the stop at once, and the summary says what was not reached"),
		scenario("shutdown-requests", "calls in progress are finished, streams are told to come back, and a call that does not end is cut off", requests),
		scenario("shutdown-messages", "messages in progress are finished and acknowledged, and those that take too long return to the queue", messages),
		scenario("shutdown-load", "a stop under load fails no request, and loses and doubles no message", underLoad),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "graceful-shutdown", Tests: tests, Run: check.GoTest("platform/lifecycle", test)}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "graceful-shutdown", Run: run, Needs: check.Needs{
		Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"inventory"},
	}}
}
