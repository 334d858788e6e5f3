package stall

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clocked is a probe on a machine that the test drives: time passes between beats, and programs wait for a processor.
type clocked struct {
	*Probe
	at      time.Time
	waiting time.Duration
}

func newClocked() *clocked {
	c := &clocked{at: time.Now()}
	c.Probe = newProbe(func() time.Duration { return c.waiting }, func() time.Time { return c.at })
	return c
}

func (c *clocked) pass(d time.Duration) {
	c.at = c.at.Add(d)
	c.look()
}

func TestGiven_IdleMachine_IsAllTheTime(t *testing.T) {
	t.Parallel()
	c := newClocked()
	mark := c.Mark()
	for range 100 {
		c.pass(beat)
	}
	require.Equal(t, 100*beat, c.Given(mark))
	require.Zero(t, c.Longest())
}

func TestGiven_MachineStoodStill_LeavesTheGapOut(t *testing.T) {
	t.Parallel()
	c := newClocked()
	mark := c.Mark()
	for range 50 {
		c.pass(beat)
	}
	c.pass(time.Minute)
	for range 50 {
		c.pass(beat)
	}
	require.InDelta(t, 100*beat, c.Given(mark), float64(2*beat))
	require.InDelta(t, time.Minute, c.Longest(), float64(beat))
}

func TestGiven_ProcessorsAreBusy_IsHalfOfTheTime(t *testing.T) {
	t.Parallel()
	c := newClocked()
	mark := c.Mark()
	for range 100 {
		c.waiting += beat
		c.pass(beat)
	}
	require.InDelta(t, 50*beat, c.Given(mark), float64(window))
}

func TestLongest_MonotonicClockStoodStillToo_SeesTheWallClock(t *testing.T) {
	t.Parallel()
	c := newClocked()
	c.at = c.at.Round(0) // a time without a monotonic reading, as after a suspension
	c.last = c.at.Add(-time.Hour)
	require.Greater(t, c.Longest(), 59*time.Minute)
}

func TestContext_LimitInGivenTime_EndsWithItsCause(t *testing.T) {
	t.Parallel()
	p := Start()
	defer p.Stop()
	cause := errors.New("over")
	begin := time.Now()
	ctx, cancel := p.Context(t.Context(), 100*time.Millisecond, cause)
	defer cancel()
	<-ctx.Done()
	require.ErrorIs(t, context.Cause(ctx), cause)
	require.GreaterOrEqual(t, time.Since(begin), 100*time.Millisecond)
}

const sleeperVariable = "STALL_TEST_SLEEPER"

// TestMain lets the test binary be a program that stops itself, as Ctrl-Z does, and says how long it stood still.
func TestMain(m *testing.M) {
	if os.Getenv(sleeperVariable) == "" {
		os.Exit(m.Run())
	}
	p := Start()
	mark := p.Mark()
	_, _ = os.Stdout.WriteString("ready\n")
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	if p.Longest() > Still && p.Given(mark) < Still {
		os.Exit(0)
	}
	os.Exit(1)
}

func TestProbe_ProcessIsStoppedAndContinued_SeesTheGap(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), sleeperVariable+"=1")
	require.NoError(t, cmd.Start())
	var status syscall.WaitStatus
	_, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	require.NoError(t, err)
	require.True(t, status.Stopped())
	<-time.After(Still + 500*time.Millisecond) // the time for which it stands still is what is tested
	require.NoError(t, cmd.Process.Signal(syscall.SIGCONT))
	require.NoError(t, cmd.Wait(), "the program measured that it stood still")
}
