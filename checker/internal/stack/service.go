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

// Crashed returns the exit that nobody asked for, if the service has ended so.
func (s *Service) Crashed() (Exit, bool) {
	exit, ended := s.Exit()
	return exit, ended && !exit.Wanted
}

// Kill ends the service with SIGKILL and returns when it is gone.
func (s *Service) Kill() error {
	process, exited := s.intend()
	s.options.OnEvent.Emit(s.Name, fault.KindKill, "")
	if process == nil {
		return nil
	}
	if err := process.Kill(); err != nil {
		return err
	}
	<-exited
	return nil
}

// Stop asks the service to end with SIGTERM and waits for it; the context bounds the wait, and what is left then is left
// running.
func (s *Service) Stop(ctx context.Context) (Exit, error) {
	process, exited := s.intend()
	s.options.OnEvent.Emit(s.Name, fault.KindStop, "")
	if process == nil {
		return Exit{}, nil
	}
	begin := time.Now()
	if err := process.Signal(syscall.SIGTERM); err != nil {
		return Exit{}, err
	}
	select {
	case <-exited:
	case <-ctx.Done():
		return Exit{}, fmt.Errorf("%s did not end after SIGTERM: %w", s.Name, ctx.Err())
	}
	exit, _ := s.Exit()
	exit.Took = exit.At.Sub(begin)
	return exit, nil
}

// Pause freezes the service (SIGSTOP) and returns when it stands still: it holds its connections and answers nothing.
func (s *Service) Pause() error { return s.freeze(true, syscall.SIGSTOP, fault.KindPause) }

// Resume lets a paused service go on (SIGCONT).
func (s *Service) Resume() error { return s.freeze(false, syscall.SIGCONT, fault.KindResume) }

// Paused says whether Pause is in effect.
func (s *Service) Paused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused
}

// Restart starts the service again on the same addresses and returns when it serves. One that still runs is killed first.
// env is added to its environment for this and later starts; an error is as that of Start.
func (s *Service) Restart(ctx context.Context, env map[string]string) error {
	if _, ended := s.Exit(); !ended {
		if err := s.Kill(); err != nil {
			return err
		}
	}
	s.override(env)
	environ, err := s.environ()
	if err != nil {
		return err
	}
	if err := s.start(ctx, environ); err != nil {
		return err
	}
	s.afterReady(ctx)
	return nil
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

func (s *Service) freeze(paused bool, signal syscall.Signal, event string) error {
	s.mu.Lock()
	process := s.process
	s.paused = paused
	s.mu.Unlock()
	if process == nil {
		return nil
	}
	s.options.OnEvent.Emit(s.Name, event, "")
	if err := process.SignalGroup(signal); err != nil || !paused {
		return err
	}
	return awaitFrozen(process.Pid())
}

// start starts the process and waits until it serves.
func (s *Service) start(ctx context.Context, environ []string) error {
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
	if err := s.awaitReady(ctx, exited, first); err != nil {
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
