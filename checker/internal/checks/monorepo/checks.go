// Package monorepo judges a repository with two modules, a plan of what a change reaches, and a decision about modules with its numbers.
package monorepo

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

const topic = "monorepo"

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("monorepo-code", "TestZZMonorepoCode", "a change of code reaches what imports it, directly or through others"),
		whiteBox("monorepo-tests", "TestZZMonorepoTests", "tests run again when what they import has changed, and pass nothing on"),
		whiteBox("monorepo-files", "TestZZMonorepoFiles", "other files reach what has them compiled in, nothing, or everything"),
		whiteBox("monorepo-gone", "TestZZMonorepoGone", "what the change adds or deletes reaches its users as well"),
		judged("monorepo-module", "the errors are a module that others can build without the shop", module),
		judged("monorepo-shop", "the shop builds of its own go.mod, without the workspace", shop),
		judged("monorepo-workspace", "a workspace joins the two modules for development", workspaced),
		judged("monorepo-image", "the images are built of both modules", image),
		judged("monorepo-pipeline", "make test and make lint reach both modules", pipeline),
		judged("monorepo-numbers", "the decision states what was measured in the shop", numbers),
		judged("monorepo-cases", "each case is decided by the rules, and the first release has its tag", cases),
	}
}

func judged(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Topic: topic, Sentence: sentence, Timeout: 3 * time.Minute, Run: run}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: topic, Tests: tests, Run: check.GoTest("platform/affected", test)}
}
