package infra

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
)

func TestKilledSupervisorLeavesNothingInTheWay(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	p := place{root}
	first := ensure(t, root, Need{Postgres: true})
	lease, err := first.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{"order_db", nil}}})
	require.NoError(t, err)
	busy := connect(t, lease.Databases["order_db"])
	go busy.Exec(context.Background(), "SELECT count(*) FROM generate_series(1, 1e12)") //nolint:errcheck // Is killed.
	old, ok := readState(p)
	require.True(t, ok)

	require.NoError(t, syscall.Kill(old.PID, syscall.SIGKILL))

	require.Eventually(t, func() bool { return first.Healthy(t.Context()) != nil }, 2*time.Second, 5*time.Millisecond)
	var fault *Fault
	require.ErrorAs(t, first.Healthy(t.Context()), &fault)
	require.NotEmpty(t, fault.Next)
	second := ensure(t, root, Need{Postgres: true})
	require.NoError(t, second.Healthy(t.Context()))
	require.Zero(t, proc.StartTime(old.Servers[postgresName].PID))
	for _, dir := range old.Dirs {
		require.NoDirExists(t, dir)
	}
	require.Eventually(t, func() bool { return !strings.Contains(commandLines(t), old.Dirs[0]) }, 3*time.Second, 20*time.Millisecond,
		"no process of the killed supervisor is left")
}

// A warden killed at the same moment leaves the cleaning to the next start.
func TestKilledSupervisorAndWarden(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	ensure(t, root, Need{Postgres: true}).Close()
	old, ok := readState(place{root})
	require.True(t, ok)
	warden, err := exec.Command("pgrep", "-P", strconv.Itoa(old.PID), "-f", "stagecraft-warden").Output()
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(number(t, string(warden)), syscall.SIGKILL))
	require.NoError(t, syscall.Kill(old.PID, syscall.SIGKILL))
	require.NoError(t, ensure(t, root, Need{Postgres: true}).Healthy(t.Context()))
	require.NoDirExists(t, old.Dirs[0])
}

func TestServerThatDiesInUseIsNamedAndRestarted(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	first := ensure(t, root, Need{Postgres: true})
	st, _ := readState(place{root})

	require.NoError(t, syscall.Kill(st.Servers[postgresName].PID, syscall.SIGKILL))

	require.Eventually(t, func() bool { return first.Healthy(t.Context()) != nil }, 2*time.Second, 5*time.Millisecond)
	second := ensure(t, root, Need{Postgres: true})
	require.NoError(t, second.Healthy(t.Context()))
	require.ErrorContains(t, first.Healthy(t.Context()), postgresName, "a user from before the restart gets the error for good")
	_, err := second.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{"order_db", someMigrations}}})
	require.NoError(t, err)
}

func TestTwoCheckersStartOneSupervisor(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	type result struct {
		servers *Servers
		err     error
	}
	results := make(chan result, 3)
	for range cap(results) {
		go func() {
			s, err := Ensure(context.Background(), root, Need{Postgres: true}, func(string) {})
			results <- result{s, err}
		}()
	}
	pids := map[int]bool{}
	for range cap(results) {
		r := <-results
		require.NoError(t, r.err)
		pids[r.servers.session.state.PID] = true
		r.servers.Close()
	}
	require.Len(t, pids, 1)
}

func TestDownLeavesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	ensure(t, root, Need{Postgres: true})
	st, _ := readState(place{root})
	begin := time.Now()
	require.NoError(t, Down(t.Context(), root))
	t.Logf("down in %v", time.Since(begin).Round(time.Millisecond))
	require.False(t, st.alive())
	require.Zero(t, proc.StartTime(st.Servers[postgresName].PID))
	require.NoFileExists(t, place{root}.statePath())
	left := paths.Match(place{root}.dir(), "run-*")
	require.Empty(t, left)
	require.NoError(t, Down(t.Context(), root), "down of what is down is no error")
}

func TestIdleSupervisorStops(t *testing.T) {
	root := ownRoot(t)
	const idle = 2 * time.Second // a busy machine needs more than a moment from the start to the first use
	t.Setenv("STAGECRAFT_IDLE", idle.String())
	s := ensure(t, root, Need{Postgres: true})
	st, _ := readState(place{root})
	<-time.After(idle + 500*time.Millisecond) // The passing of time is what is tested.
	require.True(t, st.alive(), "in use it stays")
	s.Close()
	require.Eventually(t, func() bool { return !st.alive() }, idle+5*time.Second, 20*time.Millisecond)
}

func TestRemovedStateStopsTheSupervisor(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	ensure(t, root, Need{Postgres: true}).Close()
	st, _ := readState(place{root})
	require.NoError(t, os.RemoveAll(filepath.Join(root, ".stagecraft")))
	require.Eventually(t, func() bool { return !st.alive() }, 5*time.Second, 20*time.Millisecond)
}

func TestStaleStateOfAnotherProcess(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	p, err := newPlace(root)
	require.NoError(t, err)
	bystander := exec.Command("sleep", "300")
	require.NoError(t, bystander.Start())
	t.Cleanup(func() { _ = bystander.Process.Kill(); _ = bystander.Wait() })
	pid := bystander.Process.Pid
	stale := state{Schema: schema, Provider: "native", PID: pid, Start: 1, Control: "127.0.0.1:1",
		Servers: map[string]endpoint{postgresName: {PID: pid, Start: 1}}}
	require.NoError(t, stale.write(p))
	require.NoError(t, ensure(t, root, Need{Postgres: true}).Healthy(t.Context()))
	require.NotZero(t, proc.StartTime(pid), "a process that took over a number is not touched")
}

func TestEndOfContextEndsTheWait(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Ensure(ctx, root, all, func(string) {})
	require.True(t, errors.Is(err, context.DeadlineExceeded), "%v", err)
}

func commandLines(t *testing.T) string {
	out, err := exec.Command("ps", "-axo", "args=").Output()
	require.NoError(t, err)
	return string(out)
}
