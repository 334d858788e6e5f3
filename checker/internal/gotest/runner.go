// Package gotest runs hidden tests inside the learner's packages without writing a file there.
//
// Each package is compiled once with its hidden tests laid over it; the learner's own test files are left out, so that
// neither a name nor a TestMain of theirs gets in the way. The binary then serves: it reads from a pipe which test to run
// and answers over another with a secret of this run. A test has passed when that answer says so, and by nothing else:
// what the learner's code prints, and how the process ends, prove nothing.
package gotest

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/check"
)

// Runner compiles and serves the packages of one run. It is safe for goroutines.
type Runner struct {
	dir   string
	seed  uint64
	tests map[string]map[string][]byte // package directory → hidden file name → content

	mu    sync.Mutex
	packs map[string]*pack
}

// pack is one package with its hidden tests.
type pack struct {
	once   sync.Once
	binary string
	fault  *check.TestOutcome // why there is no binary
	turn   chan struct{}      // holds one token: one test at a time
	server *server            // nil: none running
}

// New returns a Runner for the code in dir and the hidden tests of all the given checks.
func New(dir string, seed uint64, checks []check.Check) *Runner {
	r := &Runner{dir: dir, seed: seed, tests: map[string]map[string][]byte{}, packs: map[string]*pack{}}
	for _, c := range checks {
		if c.Tests != nil {
			r.collect(c.Tests)
		}
	}
	return r
}

// Compile builds the test binaries of all packages side by side; RunTest reports what goes wrong.
func (r *Runner) Compile(ctx context.Context) {
	var all sync.WaitGroup
	for pkg := range r.tests {
		all.Go(func() { r.compiled(ctx, pkg) })
	}
	all.Wait()
}

// RunTest runs one hidden test and returns what became of it. limit bounds the test, not the compilation.
func (r *Runner) RunTest(ctx context.Context, pkg, test string, limit time.Duration) check.TestOutcome {
	p := r.compiled(ctx, pkg)
	if p.fault != nil {
		return *p.fault
	}
	select {
	case <-p.turn:
		defer func() { p.turn <- struct{}{} }()
	case <-ctx.Done():
		return unknown("interrupted")
	}
	fresh := p.server == nil
	out, alive := r.serve(ctx, p, pkg, test, limit)
	if alive || fresh || out.Verdict == check.Pass || ctx.Err() != nil {
		return out
	}
	// The process died in this test, but an earlier test may have left the cause: judge the test alone.
	out, _ = r.serve(ctx, p, pkg, test, limit)
	return out
}

// Close stops what still runs.
func (r *Runner) Close() {
	r.mu.Lock()
	packs := r.packs
	r.mu.Unlock()
	for _, p := range packs {
		<-p.turn
		if p.server != nil {
			p.server.kill()
			p.server = nil
		}
		p.turn <- struct{}{}
	}
}

// serve runs the test in the package's process, starting one if there is none. alive says whether it still serves.
func (r *Runner) serve(ctx context.Context, p *pack, pkg, test string, limit time.Duration) (out check.TestOutcome, alive bool) {
	if p.server == nil {
		s, err := startServer(filepath.Join(r.dir, filepath.FromSlash(pkg)), p.binary)
		if err != nil {
			return unknown(fmt.Sprintf("start the test process: %v", err)), false
		}
		p.server = s
	}
	ended := p.server.run(ctx, test, check.DeriveSeed(r.seed, test), limit)
	if !ended.answered {
		p.server.kill()
		p.server = nil
	}
	if ctx.Err() != nil && !ended.answered {
		return unknown("interrupted"), false
	}
	return explain(r.dir, test, ended), ended.answered
}

func (r *Runner) compiled(ctx context.Context, pkg string) *pack {
	r.mu.Lock()
	p := r.packs[pkg]
	if p == nil {
		p = &pack{turn: make(chan struct{}, 1)}
		p.turn <- struct{}{}
		r.packs[pkg] = p
	}
	r.mu.Unlock()
	p.once.Do(func() { p.binary, p.fault = r.compile(ctx, pkg) })
	return p
}

// collect reads hidden tests, which lie as in the stage, with or without a testdata directory around them.
func (r *Runner) collect(files fs.FS) {
	if info, err := fs.Stat(files, "testdata"); err == nil && info.IsDir() {
		if sub, err := fs.Sub(files, "testdata"); err == nil {
			files = sub
		}
	}
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil
		}
		pkg := path.Dir(name)
		if r.tests[pkg] == nil {
			r.tests[pkg] = map[string][]byte{}
		}
		r.tests[pkg][path.Base(name)] = data
		return nil
	})
}

func unknown(fault string) check.TestOutcome {
	return check.TestOutcome{Verdict: check.Unknown, Fault: fault}
}
