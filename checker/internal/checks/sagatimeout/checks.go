// Package sagatimeout judges what becomes of a saga whose reply does not come: the timeout monitor undoes a purchase and lets everything
// else fail, reports it, and an operator's command goes on. What the parts decide is judged in their own packages; what the shop makes of
// lost commands, lost replies and late messages from outside.
package sagatimeout

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

// The directories with hidden tests. Each is a file system of its own, so that a check compiles the tests of one package.
const (
	inEngine    = "order/internal/service/saga"
	inUseCase   = "order/internal/usecase"
	inMetrics   = "order/internal/metrics"
	inPublisher = "order/internal/publisher"
)

var (
	//go:embed testdata/order/internal/service/saga
	engineTests embed.FS
	//go:embed testdata/order/internal/usecase
	useCaseTests embed.FS
	//go:embed testdata/order/internal/metrics
	metricsTests embed.FS
	//go:embed testdata/order/internal/publisher
	publisherTests embed.FS

	hidden = map[string]embed.FS{inEngine: engineTests, inUseCase: useCaseTests, inMetrics: metricsTests, inPublisher: publisherTests}
)

// sagas is the operator's command, sagasSource its directory.
const (
	sagas       = "sagas"
	sagasSource = "order/cmd/sagas"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("timeout-undo", inEngine, "a purchase whose reply does not come is undone, what may have happened included", "TestZZTimeoutUndo"),
		whiteBox("timeout-fail", inEngine, "a saga that cannot be undone fails when its reply does not come, and keeps its step",
			"TestZZTimeoutFail", "TestZZTimeoutUnknownStep"),
		whiteBox("timeout-scan", inUseCase, "a scan moves each stale saga in a transaction of its own, and one that cannot be moved stops no other",
			"TestZZTimeoutScan", "TestZZTimeoutCommit", "TestZZTimeoutLimit", "TestZZTimeoutErrors"),
		whiteBox("timeout-gauges", inMetrics, "the gauges show how many sagas are in progress and how many have failed", "TestZZTimeoutGauges"),
		whiteBox("saga-report", inPublisher, "the end of a saga is reported once, and only when it is committed", "TestZZSagaReport"),
		whiteBox("resume-command", inEngine, "Resume sends the command that the saga waits for again, and lets it wait for the reply",
			"TestZZResumeCommand", "TestZZResumeUnknownStep"),
		whiteBox("resume-order", inUseCase, "an operator resumes the open saga of an order, and reads what could not be resumed",
			"TestZZSagaResume", "TestZZSagaResumeCommit"),
		{
			ID: "timeout-shop", Sentence: "lost commands, lost replies and late answers leave money, stock and orders right", Topic: "saga-timeout",
			Needs: check.Needs{
				Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order", "inventory", "wallet", "gateway"},
				Commands: []string{sagasSource},
			},
			Run: lost,
		},
	}
}

func whiteBox(id, pkg, sentence string, names ...string) check.Check {
	tests, err := fs.Sub(hidden[pkg], "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "saga-timeout", Tests: tests, Run: func(t *check.T) {
		for _, name := range names {
			t.GoTest(pkg, name)
		}
	}}
}
