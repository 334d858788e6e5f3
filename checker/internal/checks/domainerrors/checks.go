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
		whiteBox("errors-status", "platform/grpcstatus", "TestZZDomainErrorsStatus", "a server sends code, reason and message of an error, and keeps its chain"),
		whiteBox("errors-parse", "platform/grpcstatus", "TestZZDomainErrorsParse", "a client reads what another service has sent, and trusts no other text"),
		whiteBox("errors-http", "gateway/internal/reply", "TestZZDomainErrorsHTTP", "the gateway answers with one envelope, and keeps the whole error for its log line"),
		{
			ID: "errors-services", Sentence: "an error keeps its code over three services, and its cause is in one log, once", Topic: "domain-errors",
			Needs: check.Needs{Postgres: true, Services: []string{"order", "inventory", "wallet", "gateway"}}, Run: services,
		},
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "domain-errors", Tests: tests, Run: check.GoTest(pkg, test)}
}
