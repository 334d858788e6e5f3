// Package dispatcher judges a bounded pool of workers.
package dispatcher

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
		whiteBox("dispatcher-bounded", "TestZZDispatcherBounded", "no more work runs or waits than the dispatcher has workers and places for"),
		whiteBox("dispatcher-back-pressure", "TestZZDispatcherBackPressure", "a full queue slows its callers down, and lets them go when they give up"),
		whiteBox("dispatcher-panic", "TestZZDispatcherPanic", "work that panics is reported, and costs neither the process nor a worker"),
		whiteBox("dispatcher-stop", "TestZZDispatcherStop", "a stop finishes what was accepted, refuses the rest, and is bounded"),
		whiteBox("dispatcher-leak", "TestZZDispatcherLeak", "nothing runs after the stop"),
		whiteBox("dispatcher-map", "TestZZDispatcherMap", "a batch has a result for each item, in order, and ends with its context"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "dispatcher", Tests: tests, Run: check.GoTest("platform/dispatcher", test)}
}
