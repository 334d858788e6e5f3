// Package outbox judges how messages get into the outbox: in the transaction of what they report, or not at all. The tests run in the learner's
// packages, on a real PostgreSQL.
package outbox

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

const (
	writer   = "platform/outbox"
	usecases = "order/internal/usecase"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("outbox-row", writer, "TestZZOutboxRow", "a stored message has all that the relay and the consumers need"),
		whiteBox("outbox-atomic", writer, "TestZZOutboxAtomic", "a message is committed with the change that it reports, or neither is"),
		whiteBox("outbox-saga", usecases, "TestZZOutboxSaga", "a saga, its order, the events and the next command are one change"),
		whiteBox("outbox-request", usecases, "TestZZOutboxRequest", "a request is remembered in the transaction of its effects, and announced after it"),
		whiteBox("outbox-crash", usecases, "TestZZOutboxCrash", "a crash at any point leaves all of a step or nothing of it"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "async-saga", Needs: check.Needs{Scratch: true}, Timeout: time.Minute, Tests: tests,
		Run: func(t *check.T) { onPostgres(t, pkg, test) },
	}
}
