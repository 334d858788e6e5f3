package check

import (
	"context"
	"errors"
	"go/scanner"
	"path/filepath"
	"time"

	"stagecraft/checker/internal/check/imports"
)

// Env is what a run gives to its checks. A nil function means that the run does not offer it.
type Env struct {
	Dir     string
	Root    string                         // of the repository
	Lesson  string                         // the lesson's directory
	Written string                         // where the learner's texts are: review.md, findings.md, decision.md; Dir, but for the reference
	Seed    uint64                         // of the run
	Observe func(Step)                     // called for each step as it begins
	Servers Servers                        // leases; asked after a failure whether one of them was at fault
	Bins    map[string]string              // service → binary
	Keep    string                         // directory for what the check leaves as evidence; "" keeps nothing
	Tests   Tester                         // runs white-box tests
	Imports func() (*imports.Graph, error) // the import graph of Dir
}

// Tester runs hidden tests inside the learner's packages.
type Tester interface {
	// RunTest runs one test; limit bounds the test itself, not what has to be done first.
	RunTest(ctx context.Context, pkg, test string, limit time.Duration) TestOutcome
}

// TestOutcome is what became of one hidden test.
type TestOutcome struct {
	Verdict Verdict // Pass, Fail, BuildError or Unknown
	Failure Failure
	File    string // where in the learner's code, relative to Dir, if known
	Line    int
	Output  string // what the test and the code under test printed
	Fault   string // for Unknown
	Elapsed time.Duration
}

// GoTest returns the Run of a check that is one hidden test function of one package, both as the stage names them:
// GoTest("order/internal/domain", "TestOnlyListedTransitions"). The check's Tests hold the file.
func GoTest(pkg, test string) func(*T) {
	return func(t *T) { t.GoTest(pkg, test) }
}

// GoTest runs one hidden test in the learner's package and stops the check unless it passes.
func (t *T) GoTest(pkg, test string) {
	if t.env.Tests == nil {
		t.Unknown("this run cannot run white-box tests")
	}
	out := t.env.Tests.RunTest(t.ctx, pkg, test, t.check.testLimit())
	if out.Elapsed > 0 {
		t.mu.Lock()
		t.own += out.Elapsed
		t.mu.Unlock()
	}
	if out.Output != "" {
		t.Log("%s", out.Output)
	}
	switch out.Verdict {
	case Pass:
	case Fail:
		t.settle(outcome{verdict: Fail, failure: out.Failure, file: out.File, line: out.Line})
	case BuildError:
		t.buildError(out.Failure, out.File, out.Line)
	default:
		t.Unknown(out.Fault)
	}
}

// Imports is the import graph of the code under test.
func (t *T) Imports() *imports.Graph {
	if t.env.Imports == nil {
		t.Unknown("this run has no import graph")
	}
	graph, err := t.env.Imports()
	var syntax scanner.ErrorList
	if errors.As(err, &syntax) && len(syntax) > 0 {
		at := syntax[0].Pos
		file, relErr := filepath.Rel(t.env.Dir, at.Filename)
		if relErr != nil {
			file = at.Filename
		}
		t.buildError(Failure{ID: FailureCompile, Sentence: "your code does not compile: " + syntax[0].Msg, Expected: "the code parses", Seen: err.Error()}, filepath.ToSlash(file), at.Line)
	}
	t.Ours("read the imports", err)
	return graph
}
