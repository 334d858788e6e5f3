// Package fastidempotency judges an inbox with a flag in Redis in front of its row: the flag may save a transaction and decides nothing. The
// tests run in the learner's package, on a real Redis and a real PostgreSQL.
package fastidempotency

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
)

//go:embed testdata
var testdata embed.FS

const topic = "idempotency-redis"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		documents.Findings("inbox-review", topic, "the review of the inbox names every defect of the change, with place, reason and effect, and nothing else"),
		whiteBox("inbox-crash", "TestZZInboxCrash", "a message whose process dies at any moment is handled when it is delivered again"),
		whiteBox("inbox-row", "TestZZInboxRow", "a message has its effect once, also when Redis loses its data"),
		whiteBox("inbox-outage", "TestZZInboxOutage", "a Redis that fails costs no message and no waiting, and is used again later"),
		whiteBox("inbox-flag", "TestZZInboxFlag", "the flag saves the transaction of a repetition, for one consumer, for a limited time"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Timeout: 2 * time.Minute, Tests: tests,
		Needs: check.Needs{Redis: true, Postgres: true, Scratch: true},
		Run:   func(t *check.T) { onServers(t, "platform/inbox", test) },
	}
}
