// Package deadlines judges how much time a request gets, how much of it each call below it gets, and what goes on without its caller.
package deadlines

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
		whiteBox("deadlines-request", "gateway/internal/middleware", "TestZZDeadlinesRequest", "a request ends after its budget, or when its client hangs up"),
		whiteBox("deadlines-call", "platform/grpcclient", "TestZZDeadlinesCall", "a call gets less time than its caller has left"),
		whiteBox("deadlines-stream", "platform/grpcclient", "TestZZDeadlinesStream", "a stream has the same share of the time, until it has ended"),
		whiteBox("deadlines-server", "platform/grpcserver", "TestZZDeadlinesServer", "every call that a server processes has an end"),
		whiteBox("deadlines-answer", "order/internal/usecase", "TestZZDeadlinesAnswer", "the work ends before the caller stops waiting"),
		whiteBox("deadlines-detached", "wallet/internal/service/payment", "TestZZDeadlinesDetached",
			"what has happened is stored without the caller, within a time of its own"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "deadlines", Tests: tests, Run: check.GoTest(pkg, test)}
}
