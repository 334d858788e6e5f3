// Package overload judges a limiter that refuses what a service could not answer in time.
package overload

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
		whiteBox("overload-refuse", "TestZZOverloadRefuse", "calls beyond the limit are refused at once, every place comes back, and health checks always pass"),
		whiteBox("overload-deadline", "TestZZOverloadDeadline", "a call that could not be answered in time is refused before it begins"),
		whiteBox("overload-priority", "TestZZOverloadPriority", "there is always room for what is more important"),
		whiteBox("overload-goodput", "TestZZOverloadGoodput", "at twice and five times the capacity, nine tenths of the capacity is answered in time"),
		whiteBox("overload-follow", "TestZZOverloadFollow", "the limit follows a server that becomes slower and faster again"),
		whiteBox("overload-spare", "TestZZOverloadSpare", "nothing is refused that could have been answered in time"),
		whiteBox("overload-gone", "TestZZOverloadGone", "a call whose caller has left counts as slow"),
		whiteBox("overload-retry", "TestZZOverloadRetry", "refused callers do not come back together"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "overload", Tests: tests, Run: check.GoTest("platform/overload", test)}
}
