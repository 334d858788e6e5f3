package check

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/stall"
)

// sick is a server of ours that died while the check ran.
type sick struct{}

func (sick) Lease(context.Context, infra.LeaseSpec) (*infra.Lease, error) {
	return nil, &infra.Fault{What: "PostgreSQL does not answer", Next: "run it again"}
}
func (sick) Healthy(context.Context) error {
	return &infra.Fault{What: "PostgreSQL was restarted", Next: "run it again"}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		run     func(*T)
		env     Env
		needs   Needs
		verdict Verdict
		says    string
	}{
		"passes":          {run: func(t *T) { t.Step("nothing") }, verdict: Pass},
		"fails":           {run: func(t *T) { t.Fail(Failure{Sentence: "two orders", Seen: "2"}); panic("went on") }, verdict: Fail, says: "two orders"},
		"equal":           {run: func(t *T) { t.Equal("status", "PAID", "PENDING") }, verdict: Fail, says: "PENDING"},
		"panics":          {run: func(*T) { panic("oops") }, verdict: Unknown, says: "the check itself panicked: oops"},
		"unknown":         {run: func(t *T) { t.Ours("read evidence", errors.New("boom")) }, verdict: Unknown, says: "read evidence: boom"},
		"no error":        {run: func(t *T) { t.NoError("the purchase", errors.New("boom")) }, verdict: Fail, says: "the purchase ended with an error"},
		"baseline":        {run: func(t *T) { t.Baseline(func() { t.Fail(Failure{Sentence: "no order"}) }) }, verdict: Fail, says: "the ordinary case does not work yet: no order"},
		"goroutine":       {run: func(t *T) { t.Go(func() { t.Fail(Failure{Sentence: "from aside"}) }) }, verdict: Fail, says: "from aside"},
		"together":        {run: func(t *T) { t.Together(8, func(int) { t.Fail(Failure{Sentence: "all at once"}) }) }, verdict: Fail, says: "all at once"},
		"aside panics":    {run: func(t *T) { t.Go(func() { panic("aside") }); <-t.Context().Done() }, verdict: Unknown, says: "aside"},
		"our server died": {run: func(t *T) { t.Fail(Failure{Sentence: "no answer"}) }, env: Env{Servers: sick{}}, verdict: Unknown, says: "PostgreSQL was restarted"},
		"no lease":        {run: func(t *T) { t.Lease() }, env: Env{Servers: sick{}}, verdict: Unknown, says: "PostgreSQL does not answer"},
		"never": {run: func(t *T) {
			n := 0
			t.Eventually("the order is PAID", 60*time.Millisecond, func(context.Context) (string, bool) { n++; return "PENDING", false })
		}, verdict: Fail, says: "it never happened that the order is PAID"},
		"at last": {run: func(t *T) {
			var n atomic.Int64
			t.Eventually("three", time.Second, func(context.Context) (string, bool) { return "", n.Add(1) == 3 })
		}, verdict: Pass},
		"does not hold": {run: func(t *T) {
			n := 0
			t.Holds("the order stays PAID", time.Second, func(context.Context) (string, bool) { n++; return "CANCELLED", n < 3 })
		}, verdict: Fail, says: "CANCELLED"},
		"late, waiting for the learner": {run: func(t *T) {
			defer t.WaitingOn("the answer to POST /v1/orders")()
			<-t.Context().Done()
		}, verdict: Fail, says: "the answer to POST /v1/orders"},
		"late, in eventually": {run: func(t *T) {
			t.Eventually("the order is PAID", time.Hour, func(context.Context) (string, bool) { return "PENDING", false })
		}, verdict: Fail, says: "PENDING"},
		"late, busy with our own things": {run: func(t *T) { t.Step("count the stars"); <-t.Context().Done() }, verdict: Unknown, says: "count the stars"},
		"a failure after our own delay":  {run: func(t *T) { <-t.Context().Done(); t.Fail(Failure{Sentence: "no"}) }, verdict: Unknown, says: "too busy"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := Execute(t.Context(), Check{ID: "x", Timeout: 300 * time.Millisecond, Run: c.run, Needs: c.needs}, c.env)
			text := strings.Join([]string{res.Message, res.Expected, res.Seen, res.Fault}, "\n")
			if res.Verdict != c.verdict || !strings.Contains(text, c.says) {
				t.Errorf("want %s saying %q, got %s:\n%s", c.verdict, c.says, res.Verdict, text)
			}
		})
	}
}

func TestAFailureAfterADeathSaysNothingOfTheTopic(t *testing.T) {
	t.Parallel()
	fails := func(dead bool) Result {
		return Execute(t.Context(), Check{ID: "x", Timeout: time.Second, Run: func(t *T) {
			t.OnFailDeaths(func() (string, bool) { return "wallet exited with code 2: panic: nil map", dead })
			t.Fail(Failure{Sentence: "the order is not PAID", Seen: "PENDING"})
		}}, Env{})
	}
	if res := fails(true); !res.Crashed || !strings.Contains(res.Seen, "PENDING; ") || !strings.Contains(res.Seen, "panic: nil map") {
		t.Errorf("a service died and the result says: crashed %v, seen %q", res.Crashed, res.Seen)
	}
	if res := fails(false); res.Crashed || res.Seen != "PENDING" {
		t.Errorf("no service died and the result says: crashed %v, seen %q", res.Crashed, res.Seen)
	}
}

func TestACheckThatIgnoresItsContextIsLeftBehind(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	began := time.Now()
	res := Execute(t.Context(), Check{ID: "x", Timeout: 50 * time.Millisecond, Run: func(*T) { <-release }}, Env{})
	if res.Verdict != Unknown || time.Since(began) > unwind+2*time.Second {
		t.Errorf("want unknown soon, got %s after %s", res.Verdict, time.Since(began))
	}
}

func TestInterruptedIsNeverAFailure(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	res := Execute(ctx, Check{ID: "x", Run: func(t *T) {
		cancel()
		<-t.Context().Done()
		t.Fail(Failure{Sentence: "no answer"})
	}}, Env{})
	if res.Verdict != NotRun || res.Fault != "interrupted" {
		t.Errorf("want not-run, interrupted; got %s, %s", res.Verdict, res.Fault)
	}
}

func TestCleanupRunsInReverseWithALivingContext(t *testing.T) {
	t.Parallel()
	var order []string
	Execute(t.Context(), Check{ID: "x", Run: func(t *T) {
		for _, name := range []string{"lease", "stack"} {
			t.Cleanup(func(ctx context.Context) {
				if ctx.Err() == nil {
					order = append(order, name)
				}
			})
		}
		t.Cleanup(func(context.Context) { panic("a cleanup of ours") })
		t.Fail(Failure{})
	}}, Env{})
	if strings.Join(order, " ") != "stack lease" {
		t.Errorf("want stack lease, got %v", order)
	}
}

func TestStepsCarryTheirTimes(t *testing.T) {
	t.Parallel()
	var seen []string
	res := Execute(t.Context(), Check{ID: "x", Run: func(t *T) {
		t.Step("buy %d", 1)
		t.Step("look")
		t.Fail(Failure{})
	}}, Env{Observe: func(s Step) { seen = append(seen, s.Text) }})
	if strings.Join(seen, ", ") != "buy 1, look" || len(res.Steps) != 2 || res.Steps[0].Failed || !res.Steps[1].Failed {
		t.Errorf("steps reported %v, kept %+v", seen, res.Steps)
	}
}

func TestSeedsRepeatAndDiffer(t *testing.T) {
	t.Parallel()
	draw := func(run uint64, id string) (n uint64) {
		Execute(t.Context(), Check{ID: id, Run: func(t *T) { n = t.Rand().Uint64() }}, Env{Seed: run})
		return n
	}
	first, again := draw(7, "a"), draw(7, "a")
	if first != again || draw(7, "a") == draw(7, "b") || draw(7, "a") == draw(8, "a") {
		t.Error("a run's seed and a check's id together must decide the random numbers, and nothing else")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	of := func(vs ...Verdict) (rs []Result) {
		for _, v := range vs {
			rs = append(rs, Result{Verdict: v})
		}
		return rs
	}
	cases := []struct {
		results     []Result
		interrupted bool
		want        Verdict
		exit        int
	}{
		{of(Pass, Pass), false, Pass, 0},
		{of(Pass, NotRun), false, Pass, 0},
		{of(Pass, NotRun), true, Unknown, 2},
		{of(Pass, Fail, Unknown), false, Fail, 1},
		{of(Fail, BuildError), false, BuildError, 1},
		{of(Pass, Unknown), false, Unknown, 2},
		{of(NotRun), false, NotRun, 2},
		{nil, false, NotRun, 2},
	}
	for _, c := range cases {
		if got := Judge(c.results, c.interrupted); got != c.want || got.ExitCode() != c.exit {
			t.Errorf("%v, interrupted %t: want %s (%d), got %s (%d)", c.results, c.interrupted, c.want, c.exit, got, got.ExitCode())
		}
	}
}

func TestExecute_MachineStoodStill_FailureIsUnknown(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
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
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	rest, found := strings.CutPrefix(out.String(), "unknown: the machine stood still for ")
	text, _, _ := strings.Cut(rest, " ")
	if still, err := time.ParseDuration(text); !found || err != nil || still < stall.Still || still > time.Minute {
		t.Errorf("want unknown because the machine stood still for at least %s, got %q", stall.Still, out.String())
	}
}

const stoppedVariable = "CHECK_TEST_STOPPED"

// TestMain lets the test binary be a checker that is stopped during a check and goes on, as after Ctrl-Z and fg.
func TestMain(m *testing.M) {
	if os.Getenv(stoppedVariable) == "" {
		os.Exit(m.Run())
	}
	res := Execute(context.Background(), Check{ID: "x", Timeout: 3 * time.Second, Run: func(t *T) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		t.Fail(Failure{Sentence: "a request timed out"})
	}}, Env{})
	_, _ = os.Stdout.WriteString(string(res.Verdict) + ": " + res.Fault)
	os.Exit(0)
}
