// Package domainerrors judges the way of an error from a use case to the client and into the log.
package domainerrors

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
		whiteBox("errors-from", "platform/errs", "TestZZDomainErrorsFrom", "the public part of an error is found through any number of wraps, and nothing else is public"),
		whiteBox("errors-status", "platform/grpcstatus", "TestZZDomainErrorsStatus", "a server sends code, reason and message of an error, and the error that it logs keeps its chain"),
		whiteBox("errors-parse", "platform/grpcstatus", "TestZZDomainErrorsParse", "a client reads the answer of another service, and takes no text and no proof from any other status"),
		whiteBox("errors-http", "gateway/internal/reply", "TestZZDomainErrorsHTTP", "the gateway answers with code, reason and message, and keeps the whole error for its log line"),
		{
			ID: "errors-services", Sentence: "an error keeps code and reason through three services, and its cause is in one log, once", Topic: "grpc-errors",
			Needs: check.Needs{Postgres: true, Services: []string{"order", "inventory", "wallet", "gateway"}}, Run: services,
		},
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "grpc-errors", Tests: tests, Run: check.GoTest(pkg, test)}
}
