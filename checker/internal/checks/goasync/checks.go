// Package goasync judges how long the buyer of a synchronous purchase waits, and a decision about which services should not let them wait.
package goasync

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

const topic = "sync-saga"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	numbers := whiteBox("async-numbers", "", "", "the decision states what the synchronous purchase does, as measured")
	numbers.Run = decided
	return []check.Check{
		whiteBox("async-budget", "order/internal/service/saga", "TestZZAsyncBudget", "each step has its time, and all steps together have theirs"),
		whiteBox("async-repeat", "order/internal/service/saga", "TestZZAsyncRepeat", "a call that must succeed is repeated, within the time of the undoing"),
		whiteBox("async-answer", "order/internal/usecase", "TestZZAsyncAnswer", "the buyer has an answer in time, and the purchase does not end with the request"),
		{ID: "async-shop", Topic: topic, Needs: needs, Run: shopKeeps, Sentence: "with frozen, failing and killed services the buyer is answered in time, and no money is lost"},
		numbers,
		{ID: "async-cases", Topic: topic, Run: cases, Sentence: "each case gets the first form that its numbers allow, with a reason"},
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: topic, Tests: tests, Run: check.GoTest(pkg, test)}
}
