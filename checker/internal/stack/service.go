package stack

import (
	"context"
	"fmt"
	"maps"
	"os"
	"sync"
	"syscall"
	"time"

	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/proc"

	"google.golang.org/grpc"
)

// Service is one replica of one service over all its restarts. Its addresses never change.
type Service struct {
	// Name is "order", or "order-2" for a second replica.
	Name string
	// Addr and MetricsAddr are host:port, reachable past the fault links.
	Addr, MetricsAddr string

	kind       kind
	options    *Options
	logs       *Logs
	conn       *grpc.ClientConn // nil for HTTP
	environ    func() ([]string, error)
	afterReady func(context.Context)

	mu      sync.Mutex
	env     map[string]string // what Restart and StartSecond asked for
	process *proc.Process
	exited  chan struct{}
	exit    *Exit
	starts  int
	paused  bool
	wanted  bool // an exit now is our doing
}

// Exit is how a process ended.
type Exit struct {
	At time.Time
	// Code is the exit code, -1 when a signal ended it.
	Code int
	// Signal names the signal that ended it, "" when it exited by itself.
	Signal string
	// Wanted says that the checker killed or stopped it.
	Wanted bool
	// Took is the time from SIGTERM to the end; zero unless Stop was called.
	Took time.Duration
}

func (e Exit) String() string {
	if e.Signal != "" {
		return "ended by " + e.Signal
	}
	return fmt.Sprintf("exited with code %d", e.Code)
}

// Logs returns what the service wrote, over all its starts.
func (s *Service) Logs() *Logs { return s.logs }

// Conn is a gRPC connection to the service, past the fault links; nil for the gateway.
func (s *Service) Conn() *grpc.ClientConn { return s.conn }

// Pid is the id of the present or last process, 0 before the first start.
func (s *Service) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.Pid()
}

// Exited is closed when the present process has ended and its output has been read. A restart makes a new one.
func (s *Service) Exited() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exited
}

// Exit returns how the present process ended; false while it runs.
func (s *Service) Exit() (Exit, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exit == nil {
		return Exit{}, false
	}
	return *s.exit, true
}

// HTTP tells whether the service speaks HTTP, not gRPC.
func (s *Service) HTTP() bool { return s.kind.http }

// Crashed returns an exit that was not requested, if the service has ended so.
func (s *Service) Crashed() (Exit, bool) {
	exit, ended := s.Exit()
	return exit, ended && !exit.Wanted
}

func (s *Service) override(env map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env == nil {
		s.env = map[string]string{}
	}
	maps.Copy(s.env, env)
}

func (s *Service) overrides() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.env)
}

// intend notes that the end of the process will be our doing.
func (s *Service) intend() (*proc.Process, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = true
	return s.process, s.exited
}

// start starts the process and waits until it is ready, or alive.
func (s *Service) start(ctx context.Context, environ []string, want level) error {
	stdout := &lineWriter{logs: s.logs, stream: "stdout"}
	stderr := &lineWriter{logs: s.logs, stream: "stderr"}
	path := s.options.Bins[s.kind.name]
	first := s.logs.count()
	process, err := proc.Start(context.Background(), proc.Spec{
		Name: s.Name, Path: path, Env: environ, Dir: os.TempDir(), Stdout: stdout, Stderr: stderr,
	})
	if err != nil {
		return err
	}
	exited := make(chan struct{})
	s.mu.Lock()
	s.process, s.exited, s.exit, s.wanted, s.paused = process, exited, nil, false, false
	s.starts++
	s.mu.Unlock()
	s.options.OnEvent.Emit(s.Name, fault.KindStart, "")
	go func() {
		<-process.Done()
		stdout.flush()
		stderr.flush()
		s.noteExit(process, exited)
	}()
	if err := s.await(ctx, want, exited, first); err != nil {
		return err
	}
	s.options.OnEvent.Emit(s.Name, fault.KindReady, "")
	return nil
}

func (s *Service) noteExit(process *proc.Process, exited chan struct{}) {
	state := process.ExitState()
	exit := Exit{At: time.Now(), Code: state.ExitCode()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		exit.Signal = signalName(status.Signal())
	}
	s.mu.Lock()
	exit.Wanted = s.wanted
	s.exit = &exit
	s.paused = false
	s.mu.Unlock()
	s.options.OnEvent.Emit(s.Name, fault.KindExit, exit.String())
	close(exited)
}

func signalName(signal syscall.Signal) string {
	switch signal {
	case syscall.SIGKILL:
		return "SIGKILL"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGABRT:
		return "SIGABRT"
	case syscall.SIGSEGV:
		return "SIGSEGV"
	}
	return signal.String()
}

func (s *Service) close() {
	process, exited := s.intend()
	if process != nil {
		_ = process.Kill()
		<-exited
	}
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.logs.close()
}
