// Package orderstate judges the order's state machine, from the outside of its package.
package orderstate

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
		whiteBox("order-state-whitelist", "TestZZWhitelist", "an order moves along the six arrows and nowhere else"),
		whiteBox("order-state-refusal", "TestZZRefusal", "a refused change is an error that programs recognise, and changes nothing"),
		whiteBox("order-state-clock", "TestZZClock", "a change happens at the time that is passed to it, and changes nothing else"),
		whiteBox("order-state-events", "TestZZEvents", "each change records exactly its event, with all that a reader needs"),
		whiteBox("order-state-collected", "TestZZCollected", "events wait, in order and untouched, until they are cleared"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "domain", Tests: tests, Run: check.GoTest("order/internal/domain", test)}
}
