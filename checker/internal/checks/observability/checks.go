// Package observability judges what an operator sees of the shop: its log lines, its traces, its metrics, and that no secret is in them.
package observability

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
	"stagecraft/checker/internal/stack"
)

//go:embed testdata
var testdata embed.FS

const topic = "observability"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	const middleware = "gateway/internal/middleware"
	return []check.Check{
		documents.Findings("obs-findings", topic, "the findings name each planted fault with its place and its effect, and nothing else"),
		whiteBox("obs-fields", "platform/logging", "TestZZObservabilityFields", "a log line has the ids of its span, and an error with its cause and code"),
		whiteBox("obs-root", middleware, "TestZZObservabilityRoot", "each request begins a trace of its own, whatever its client sends"),
		whiteBox("obs-red", middleware, "TestZZObservabilityRed", "each request counts once, under bounded labels, with an exemplar of its trace"),
		scenario("obs-trace", "a request is one trace over all services that work for it", traces),
		scenario("obs-log", "each line of a request names its trace, and a failure is logged once with its cause", logs),
		scenario("obs-metrics", "the metrics of the shop count what was sent, in seconds, under bounded labels", metrics),
		scenario("obs-secrets", "no secret is in a log line, a span or a metric", secrets),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: topic, Tests: tests, Run: check.GoTest(pkg, test)}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Run: run, Timeout: 2 * time.Minute,
		Needs: check.Needs{Postgres: true, Services: stack.Names()},
	}
}
