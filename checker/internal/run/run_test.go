package run

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/gotest"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/stall"
)

// backing stands for the machine: what it builds and which servers it has.
type backing struct {
	build  func(context.Context) error
	ensure func(context.Context) error
}

func (b backing) Build(ctx context.Context, _ string, services []string) (map[string]string, error) {
	if b.build != nil {
		return nil, b.build(ctx)
	}
	return map[string]string{"order": "/bin/true"}, nil
}

func (b backing) Ensure(ctx context.Context, _ check.Needs, say func(string)) (check.Servers, error) {
	say("starting")
	if b.ensure != nil {
		if err := b.ensure(ctx); err != nil {
			return nil, err
		}
	}
	return healthy{}, nil
}

type healthy struct{}

func (healthy) Lease(context.Context, infra.LeaseSpec) (*infra.Lease, error) {
	return &infra.Lease{}, nil
}
func (healthy) Healthy(context.Context) error { return nil }
func (healthy) Line() string                  { return "pretended: PostgreSQL 99" }

func pass(id string) check.Check {
	return check.Check{ID: id, Sentence: id, Run: func(t *check.T) { t.Step("look") }}
}

func fail(id string) check.Check {
	return check.Check{ID: id, Sentence: id, Run: func(t *check.T) { t.Fail(check.Failure{Sentence: "no"}) }}
}

func withService(c check.Check) check.Check {
	c.Needs = check.Needs{Postgres: true, Services: []string{"order"}}
	return c
}

func verdicts(r check.Report) string {
	var out []string
	for _, res := range r.Results {
		out = append(out, res.CheckID+"="+string(res.Verdict))
	}
	return strings.Join(out, " ")
}

func lessonRef() check.LessonRef { return check.LessonRef{Number: 9, Slug: "nine", Title: "Nine"} }

func TestResultsStayInTheLessonsOrder(t *testing.T) {
	t.Parallel()
	plan := Plan{Root: t.TempDir(), Lesson: lessonRef(), Backing: backing{}, Hint: func(res check.Result) string { return "hint for " + res.Failure },
		Checks: []check.Check{withService(pass("a")), fail("b"), pass("c")}}
	r, err := Checks(t.Context(), plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := verdicts(r); got != "a=pass b=fail c=pass" || r.Verdict != check.Fail || r.Infra != "pretended: PostgreSQL 99" {
		t.Errorf("got %s, %s, %s", got, r.Verdict, r.Infra)
	}
	b := r.Results[1]
	if b.Hint != "hint for b" || !strings.HasPrefix(b.Repeat, "go run ./checker check 9 --only b --seed ") || r.Seed == 0 {
		t.Errorf("a failure comes with its hint and the command that repeats it, got %q, %q", b.Hint, b.Repeat)
	}
	for _, name := range []string{"result.json", "timeline.html", "spans.json"} {
		if _, err := os.Stat(filepath.Join(r.RunDir, name)); err != nil {
			t.Error(err)
		}
	}
	if last, ok := Latest(plan.Root, "nine"); !ok || verdicts(last) != verdicts(r) {
		t.Errorf("the last run reads back as %s", verdicts(last))
	}
}

func TestChecksWithoutServicesDoNotWaitForTheBuild(t *testing.T) {
	t.Parallel()
	white := make(chan struct{})
	plan := Plan{Parallel: 1, Backing: backing{build: func(ctx context.Context) error {
		select {
		case <-white:
			return nil
		case <-time.After(10 * time.Second):
			return errors.New("the check without services did not run meanwhile")
		}
	}}, Checks: []check.Check{withService(pass("scenario")), {ID: "white", Run: func(*check.T) { close(white) }}}}
	r, err := Checks(t.Context(), plan, nil)
	if err != nil || verdicts(r) != "scenario=pass white=pass" {
		t.Errorf("got %s, %v, fault %s", verdicts(r), err, r.Results[0].Fault)
	}
}

func TestWhoseFaultItIs(t *testing.T) {
	t.Parallel()
	compile := &build.Error{Output: "order/x.go:3:1: undefined: y", Diagnostics: []build.Diagnostic{{File: "order/x.go", Line: 3, Col: 1, Msg: "undefined: y"}}}
	cases := map[string]struct {
		backing backing
		verdict check.Verdict
		says    string
	}{
		"does not compile": {backing{build: func(context.Context) error { return compile }}, check.BuildError, "undefined: y"},
		"disk full":        {backing{build: func(context.Context) error { return errors.New("no space left") }}, check.Unknown, "no space left"},
		"no servers":       {backing{ensure: func(context.Context) error { return &infra.Fault{What: "no PostgreSQL", Next: "make setup"} }}, check.Unknown, "no PostgreSQL"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Checks(t.Context(), Plan{Backing: c.backing, Checks: []check.Check{withService(pass("a")), pass("b")}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			a := r.Results[0]
			if a.Verdict != c.verdict || !strings.Contains(a.Message+a.Fault, c.says) || r.Results[1].Verdict != check.Pass {
				t.Errorf("want %s saying %q and the other check passed, got %s: %s", c.verdict, c.says, verdicts(r), a.Message+a.Fault)
			}
		})
	}
}

func TestLastFailingFirst(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var order []string
	run := func(only ...string) {
		order = nil
		plan := Plan{Root: root, Lesson: lessonRef(), Parallel: 1, Only: only, Checks: []check.Check{pass("a"), pass("b"), fail("c")}}
		_, err := Checks(t.Context(), plan, func(e Event) {
			if started, ok := e.(CheckStarted); ok {
				order = append(order, started.ID)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	run()
	run()
	if strings.Join(order, " ") != "c a b" {
		t.Errorf("the check that failed last time runs first, got %v", order)
	}
	run("b")
	if strings.Join(order, " ") != "b" {
		t.Errorf("only b was asked for, got %v", order)
	}
	if _, err := Checks(t.Context(), Plan{Only: []string{"z"}, Checks: []check.Check{pass("a")}}, nil); err == nil || !strings.Contains(err.Error(), `"z"`) {
		t.Errorf("an id that does not exist is said, got %v", err)
	}
}

func TestSideBySideButNotMoreThanAllowed(t *testing.T) {
	t.Parallel()
	var running, most atomic.Int64
	meet := make(chan struct{})
	var checks []check.Check
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		checks = append(checks, check.Check{ID: id, Run: func(t *check.T) {
			n := running.Add(1)
			defer running.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			select {
			case meet <- struct{}{}: // two are here at the same time
			case <-meet:
			case <-time.After(300 * time.Millisecond): // the fifth has no partner
			}
		}})
	}
	r, err := Checks(t.Context(), Plan{Parallel: 2, Checks: checks}, nil)
	if err != nil || r.Verdict != check.Pass || most.Load() != 2 {
		t.Errorf("want 2 at a time, got %d; %s, %v", most.Load(), verdicts(r), err)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	root := t.TempDir()
	stuck := check.Check{ID: "b", Run: func(t *check.T) { cancel(); <-t.Context().Done(); t.Fail(check.Failure{Sentence: "no answer"}) }}
	var last Event
	r, err := Checks(ctx, Plan{Root: root, Lesson: lessonRef(), Parallel: 1, Backing: backing{build: func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}}, Checks: []check.Check{pass("a"), stuck, withService(pass("c")), pass("d")}}, func(e Event) { last = e })
	if err != nil || verdicts(r) != "a=pass b=not-run c=not-run d=not-run" || !r.Interrupted || r.Verdict != check.Unknown {
		t.Errorf("what was done is kept, the rest is not run: got %s, %s, %v", verdicts(r), r.Verdict, err)
	}
	if _, ok := last.(RunFinished); !ok {
		t.Errorf("the last event of an interrupted run is %T", last)
	}
	if _, ok := Latest(root, "nine"); !ok {
		t.Error("an interrupted run leaves its evidence, too")
	}
}

func TestEventsComeOneAtATimeAndInOrder(t *testing.T) {
	t.Parallel()
	var inside atomic.Bool
	state := map[string]string{}
	var mu sync.Mutex
	var kinds []string
	_, err := Checks(t.Context(), Plan{Parallel: 4, Backing: backing{}, Checks: []check.Check{pass("a"), withService(pass("b")), fail("c")}}, func(e Event) {
		if !inside.CompareAndSwap(false, true) {
			t.Error("two events at the same time")
		}
		defer inside.Store(false)
		mu.Lock()
		defer mu.Unlock()
		switch e := e.(type) {
		case Started:
			kinds = append(kinds, "started")
		case CheckStarted:
			state[e.ID] += "s"
		case StepBegan:
			state[e.ID] += "."
		case CheckFinished:
			state[e.Result.CheckID] += "f"
		case RunFinished:
			kinds = append(kinds, "finished")
		}
	})
	if err != nil || state["a"] != "s.f" || state["b"] != "s.f" || state["c"] != "sf" || strings.Join(kinds, " ") != "started finished" {
		t.Errorf("got %v, %v, %v", state, kinds, err)
	}
}

func TestOldRunsAreForgotten(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for n := range kept + 7 {
		if err := os.MkdirAll(filepath.Join(runsDir(root), time.Date(2020, 1, 1, 0, n, 0, 0, time.UTC).Format("20060102-150405.000")), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Checks(t.Context(), Plan{Root: root, Lesson: lessonRef(), Checks: []check.Check{pass("a")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(runsDir(root))
	dirs := slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !e.IsDir() })
	if len(dirs) != kept || dirs[len(dirs)-1].Name() != filepath.Base(r.RunDir) {
		t.Errorf("%d runs are kept, the last is %s", len(dirs), dirs[len(dirs)-1].Name())
	}
}

func TestWhiteBoxFromSaveToVerdict(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module learner\n\ngo 1.24\n",
		"money/add.go":  "package money\n\nfunc Add(a, b int) int { return a - b }\n",
		"money/zero.go": "package money\n\nfunc Zero() int { return 0 }\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, "money"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	hidden := fstest.MapFS{"money/zz_test.go": {Data: []byte(`package money
import "testing"
func TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Log("STAGECRAFT {\"sentence\":\"1 + 2 is not 3\",\"expected\":\"3\",\"seen\":\"-1\"}"); t.FailNow() } }
func TestZero(t *testing.T) { if Zero() != 0 { t.Fail() } }
`)}}
	plan := Plan{Dir: dir, Checks: []check.Check{
		{ID: "add", Tests: hidden, Run: check.GoTest("money", "TestAdd")},
		{ID: "zero", Tests: hidden, Run: check.GoTest("money", "TestZero")},
	}, Tests: func(dir string, seed uint64, checks []check.Check) check.Tester { return gotest.New(dir, seed, checks) }}
	r, err := Checks(t.Context(), plan, nil)
	if err != nil || verdicts(r) != "add=fail zero=pass" || r.Results[0].Message != "1 + 2 is not 3" {
		t.Fatalf("got %s, %v: %+v", verdicts(r), err, r.Results[0])
	}
	if err := os.WriteFile(filepath.Join(dir, "money/add.go"), []byte("package money\n\nfunc Add(a, b int) int { return a + b }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if r, err = Checks(t.Context(), plan, nil); err != nil || r.Verdict != check.Pass {
		t.Errorf("got %s, %v", verdicts(r), err)
	}
	t.Logf("save to verdict: %s", time.Since(began))
}

func TestRun_CodeHangsInOneCheck_TheOthersAreNotRun(t *testing.T) {
	t.Parallel()
	hangs := check.Check{ID: "a", Sentence: "a", Timeout: 50 * time.Millisecond, Run: func(t *check.T) {
		defer t.WaitingOn("an answer")()
		<-t.Context().Done()
	}}
	r, err := Checks(t.Context(), Plan{Parallel: 1, Backing: backing{}, Checks: []check.Check{hangs, pass("b"), pass("c")}}, nil)
	if err != nil || verdicts(r) != "a=fail b=not-run c=not-run" || r.Interrupted || r.Verdict != check.Fail {
		t.Errorf("an endless loop ends the run once, got %s, %s, %v", verdicts(r), r.Verdict, err)
	}
	if r.Results[1].Fault != errHung.Error() {
		t.Errorf("a check that is not run says why, got %q", r.Results[1].Fault)
	}
}

// A check during which the machine stands still fails, and runs again when the machine is back.
func TestRun_MachineStoodStillDuringACheck_TheCheckRunsAgain(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), stoppedVariable+"=1")
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the program did not stop: %v, %v", status, err)
	}
	<-time.After(stall.Still + 500*time.Millisecond) // the time for which it stands still is what is tested
	_ = cmd.Process.Signal(syscall.SIGCONT)
	if err := cmd.Wait(); err != nil || out.String() != "a=pass" {
		t.Errorf("want a=pass, got %q, %v", out.String(), err)
	}
}

const stoppedVariable = "RUN_TEST_STOPPED"

// TestMain lets the test binary be a checker that is stopped during its first check and goes on, as after Ctrl-Z and fg.
func TestMain(m *testing.M) {
	if os.Getenv(stoppedVariable) == "" {
		os.Exit(m.Run())
	}
	runs := 0
	r, _ := Checks(context.Background(), Plan{Backing: backing{}, Checks: []check.Check{{ID: "a", Sentence: "a", Run: func(t *check.T) {
		if runs++; runs == 1 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			t.Fail(check.Failure{Sentence: "a request timed out"})
		}
	}}}}, nil)
	_, _ = os.Stdout.WriteString(verdicts(r))
	os.Exit(0)
}
