package proc

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const roleVariable = "PROC_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) == "victim" {
		victim()
		return
	}
	os.Exit(m.Run())
}

// victim starts a shell with a child of its own that leads another session, holds a port and a directory, says what it has
// and waits to be killed.
func victim() {
	dir, _, err := TempDir("", "proc-victim-*")
	if err != nil {
		panic(err)
	}
	port, err := FreePort()
	if err != nil {
		panic(err)
	}
	read, write, _ := os.Pipe()
	p, err := Start(context.Background(), Spec{Name: "shell", Path: "/bin/sh", Dir: dir, Stdout: write,
		Args: []string{"-c", "setsid sleep 300 & echo $!; sleep 300 & echo $!; wait"}})
	if err != nil {
		panic(err)
	}
	lines := bufio.NewReader(read)
	far, _ := lines.ReadString('\n')
	near, _ := lines.ReadString('\n')
	fmt.Printf("%s %d %d %s %s\n", dir, port, p.Pid(), strings.TrimSpace(far), strings.TrimSpace(near))
	select {}
}

func TestNothingOutlivesAKilledProgram(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=victim")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	fields := strings.Fields(line)
	require.Len(t, fields, 5)
	port, err := strconv.Atoi(fields[1])
	require.NoError(t, err)
	for _, field := range fields[2:] {
		require.NotZero(t, StartTime(number(t, field)), "process %s runs before the kill", field)
	}
	require.Error(t, tryPort(port), "the victim holds its port")

	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()

	require.Eventually(t, func() bool {
		for _, field := range fields[2:] {
			if StartTime(number(t, field)) != 0 {
				return false
			}
		}
		_, err := os.Stat(fields[0])
		return os.IsNotExist(err)
	}, 3*time.Second, 10*time.Millisecond, "every process and the directory of the killed program are gone")
	require.NoError(t, tryPort(port), "the port is free again")
}

// tryPort takes the lock of one port as another program would.
func tryPort(port int) error {
	ports.Lock()
	defer ports.Unlock()
	if err := openPortFile(); err != nil {
		return err
	}
	defer lockPort(port, syscall.F_UNLCK) //nolint:errcheck
	return lockPort(port, syscall.F_WRLCK)
}

func number(t *testing.T, text string) int {
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

func TestGroupEndsWithItsLeader(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p, err := Start(t.Context(), Spec{Path: "/bin/sh", Args: []string{"-c", "sleep 300 & echo $!; exit 3"}, Stdout: &out})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var exit *exec.ExitError
	require.ErrorAs(t, p.Wait(ctx), &exit)
	require.Equal(t, 3, exit.ExitCode())
	child := number(t, strings.TrimSpace(out.String()))
	require.Eventually(t, func() bool { return StartTime(child) == 0 }, time.Second, 5*time.Millisecond,
		"what the leader left behind is killed")
}

func TestContextKillsTheGroup(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, Spec{Path: "/bin/sleep", Args: []string{"300"}})
	require.NoError(t, err)
	cancel()
	select {
	case <-p.Done():
	case <-time.After(3 * time.Second):
		t.Fatal("the process outlives its context")
	}
	require.NoError(t, p.Signal(syscall.SIGTERM), "signalling what has ended is no error")
}

func TestStopIsBounded(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	require.NoError(t, err)
	p, err := Start(t.Context(), Spec{Path: "/bin/sh", Args: []string{"-c", "trap '' TERM; echo ready; while :; do sleep 1; done"}, Stdout: write})
	require.NoError(t, err)
	_, err = bufio.NewReader(read).ReadString('\n')
	require.NoError(t, err)
	begin := time.Now()
	p.Stop(syscall.SIGTERM, 50*time.Millisecond)
	require.Less(t, time.Since(begin), 2*time.Second)
}

func TestPortsAreGivenOnce(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for range 50 {
		port, err := FreePort()
		require.NoError(t, err)
		require.False(t, seen[port])
		seen[port] = true
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		require.NoError(t, err)
		require.NoError(t, listener.Close())
	}
	for port := range seen {
		ReleasePort(port)
	}
}

func TestMissingProgram(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Spec{Name: "order", Path: "/does/not/exist"})
	require.ErrorContains(t, err, "start order")
}
