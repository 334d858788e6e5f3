// Package restapi judges the REST surface of the gateway, and the batches behind it.
package restapi

import (
	"embed"
	"io/fs"
	"strings"
	"testing/fstest"
	"time"

	"stagecraft/checker/internal/check"
)

// The tests in cancel are of stage 1 alone: later stages build BatchCancelOrders of other parts.
//
//go:embed testdata cancel/testdata
var testdata embed.FS

// testLimit is for a busy machine.
const testLimit = 30 * time.Second

// Checks returns the checks of the topic. The tests use exported names alone, so that a learner may arrange a package as they like.
func Checks() []check.Check {
	const (
		rest    = "gateway/internal/rest"
		usecase = "order/internal/usecase"
	)
	cancel := whiteBox("rest-batch-cancel", usecase, "TestZZRestCancel", "BatchCancelOrders cancels each order once, and the fault of one stops no other")
	cancel.Tests = tests("testdata", "cancel/testdata")
	return []check.Check{
		whiteBox("rest-routes", rest, "TestZZRestRoutes", "a request without a route gets the same error object as every other"),
		whiteBox("rest-body", rest, "TestZZRestBody", "a body is exactly one JSON object with known keys, and everything else is refused with a reason"),
		whiteBox("rest-fields", rest, "TestZZRestFields", "each limit of the description holds, and all faults of a request are named at once, as the client named the fields"),
		whiteBox("rest-query", rest, "TestZZRestQuery", "a query that cannot be read as a whole is refused, and the faulty parameter is named"),
		whiteBox("rest-key", rest, "TestZZRestKey", "a request has one valid key, and its repetition the same answer, marked as such"),
		whiteBox("rest-created", rest, "TestZZRestCreated", "status, Location and envelope say what was created, replaced, deleted or refused"),
		whiteBox("rest-batch", rest, "TestZZRestBatch", "a batch is one call, and its results come in order, each with its own code"),
		whiteBox("rest-batch-get", usecase, "TestZZRestGet", "BatchGetOrders has a result for each id in its place, and reads the database once"),
		cancel,
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	topic := "rest"
	if strings.HasPrefix(id, "rest-batch") {
		topic = "batch-api"
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Tests: tests("testdata"), Timeout: testLimit, Run: check.GoTest(pkg, test),
	}
}

// tests returns the tests of these directories together.
func tests(dirs ...string) fs.FS {
	all := fstest.MapFS{}
	for _, dir := range dirs {
		err := fs.WalkDir(testdata, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(testdata, name)
			all[strings.TrimPrefix(name, dir+"/")] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			panic(err) // the files are embedded
		}
	}
	return all
}
