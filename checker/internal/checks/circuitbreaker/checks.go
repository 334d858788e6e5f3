// Package circuitbreaker judges what a service does while a dependency is slow, fails, or has just come back.
package circuitbreaker

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

var needs = check.Needs{
	Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order", "inventory", "wallet", "gateway"},
}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("breaker-opens", "platform/breaker", "TestZZBreakerOpens",
			"a breaker opens after enough failures of enough recent calls, and then makes no call"),
		whiteBox("breaker-answers", "platform/breaker", "TestZZBreakerAnswers", "neither answers nor callers that gave up open a breaker"),
		whiteBox("breaker-half-open", "platform/breaker", "TestZZBreakerHalfOpen",
			"a dependency that is back gets few calls at first, and then all"),
		whiteBox("bulkhead-limits", "platform/bulkhead", "TestZZBulkheadLimits",
			"a dependency gets no more calls at a time, and in a second, than its limits say"),
		scenario("breaker-provider", "a payment provider that fails is left alone until it has recovered", provider),
		scenario("bulkhead-frozen", "a payment provider that is frozen holds up a few top-ups and nothing else", frozen),
		scenario("breaker-inventory", "all calls to inventory share one breaker, and nothing else does", inventory),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "circuit-breaker", Tests: tests, Run: check.GoTest(pkg, test)}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "circuit-breaker", Needs: needs, Run: run}
}
