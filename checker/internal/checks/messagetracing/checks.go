// Package messagetracing judges whether one trace leads from a request through the outbox and the broker to the last consumer. The tests run
// in the learner's packages, on a real PostgreSQL and a real RabbitMQ; one check buys in the running shop and reads its spans.
package messagetracing

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
	"stagecraft/checker/internal/infra"
)

//go:embed testdata
var testdata embed.FS

const topic = "mq-tracing"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		documents.Findings("tracing-findings", topic, "the findings name every place at which the trace ends or is wrong, with reason and effect, and nothing else"),
		whiteBox("tracing-outbox", "platform/outbox", "TestZZTracingOutbox", "a message leaves the outbox with the trace context of the call that appended it",
			check.Needs{Postgres: true, Scratch: true}, func(l *infra.Lease) string { return l.Databases[check.Scratch] }),
		whiteBox("tracing-send", "platform/rabbitmq", "TestZZTracingSend", "the span of a publication is a child of the transaction, and the parent of what consumers do",
			check.Needs{RabbitMQ: true}, func(l *infra.Lease) string { return l.AMQPURL }),
		whiteBox("tracing-process", "platform/rabbitmq", "TestZZTracingProcess", "each delivery has a span in the trace of its publication, and the handler works inside it",
			check.Needs{RabbitMQ: true}, func(l *infra.Lease) string { return l.AMQPURL }),
		{
			ID: "tracing-shop", Topic: topic, Run: shop, Timeout: 2 * time.Minute,
			Sentence: "a purchase is one trace from the HTTP request to the last consumer, also when a message is delivered again",
			Needs:    check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order", "inventory", "wallet", "gateway"}},
		},
	}
}

func whiteBox(id, pkg, test, sentence string, needs check.Needs, address func(*infra.Lease) string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Needs: needs, Timeout: 2 * time.Minute, Tests: tests,
		Run: func(t *check.T) { onServer(t, pkg, test, address(t.Lease())) },
	}
}
