// Package sampling judges which traces a service records, which spans it sends, and a decision about the ratio.
package sampling

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
		whiteBox("sampling-parent", "TestZZSamplingParent", "a trace that has begun elsewhere is recorded or not as it was decided there"),
		whiteBox("sampling-share", "TestZZSamplingShare", "of the traces that begin here the ratio is recorded, and the trace id decides which"),
		whiteBox("sampling-record", "TestZZSamplingRecord", "spans that are not sampled are recorded, so that their end can be looked at"),
		whiteBox("sampling-failed", "TestZZSamplingFailed", "failed spans of servers and consumers are sent, whatever the sampler decided"),
		whiteBox("sampling-slow", "TestZZSamplingSlow", "slow spans are sent as well, and the setting says what is slow"),
		whiteBox("sampling-ratios", "TestZZSamplingRatios", "each environment has its ratio, and that of prod uses the budget without exceeding it"),
		{ID: "sampling-decision", Topic: "sampling", Run: decision, Sentence: "the decision states its ratio and what follows from it, as measured"},
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "sampling", Tests: tests, Run: check.GoTest("platform/telemetry", test)}
}
