// Package proc starts child processes that cannot outlive the program: every child leads a process group of its own,
// the kernel signals it when the program dies (Linux), and a warden process kills what the kernel missed.
package proc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Spec says what to start.
type Spec struct {
	// Name is what errors call the process; Path's base name when empty.
	Name string
	Path string
	Args []string
	// Env is the whole environment; nil inherits the program's own.
	Env            []string
	Dir            string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// ExtraFiles become file descriptors 3, 4, … of the child.
	ExtraFiles []*os.File
	// Credential drops to another user.
	Credential *syscall.Credential
	// DeathSignal is what the kernel sends when the program dies (Linux); SIGKILL when zero.
	DeathSignal syscall.Signal
}

// Process is one child and everything it has started in its process group.
type Process struct {
	spec Spec
	cmd  *exec.Cmd
	stop func() bool
	done chan struct{}
	err  error
}

// Command prepares a process; Start starts it. When ctx ends the whole group is killed.
func Command(ctx context.Context, spec Spec) *Process {
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env, cmd.Dir = spec.Env, spec.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = spec.Stdin, spec.Stdout, spec.Stderr
	cmd.ExtraFiles = spec.ExtraFiles
	// A grandchild that holds the output open must not keep Wait from returning.
	cmd.WaitDelay = 2 * time.Second
	cmd.SysProcAttr = childAttr(spec)
	p := &Process{spec: spec, cmd: cmd, done: make(chan struct{})}
	if p.spec.Name == "" {
		p.spec.Name = spec.Path
	}
	p.stop = context.AfterFunc(ctx, func() { _ = p.Kill() })
	return p
}

// Start is Command and (*Process).Start in one.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	p := Command(ctx, spec)
	if err := p.Start(); err != nil {
		return nil, err
	}
	return p, nil
}

// Start starts the process and registers its group with the warden.
func (p *Process) Start() error {
	w, err := theWarden()
	if err != nil {
		return fmt.Errorf("start %s: %w", p.spec.Name, err)
	}
	if err := spawn(p.cmd.Start); err != nil {
		p.stop()
		return fmt.Errorf("start %s: %w", p.spec.Name, err)
	}
	w.add(registration{Group: p.Pid()})
	go p.reap(w)
	return nil
}

// reap waits for the leader, ends what is left of its group while the group's number cannot have been reused, and forgets it.
func (p *Process) reap(w *warden) {
	awaitExit(p.Pid())
	_ = syscall.Kill(-p.Pid(), syscall.SIGKILL)
	p.err = p.cmd.Wait()
	if errors.Is(p.err, exec.ErrWaitDelay) {
		p.err = nil
	}
	w.remove(registration{Group: p.Pid()})
	p.stop()
	close(p.done)
}

// Pid is the process id and the id of its group; 0 before Start.
func (p *Process) Pid() int {
	if p.cmd.Process == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Name is the name given in the Spec.
func (p *Process) Name() string { return p.spec.Name }

// Signal sends sig to the process alone. A process that has ended is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	if p.Pid() == 0 || p.Exited() {
		return nil
	}
	// Through os.Process, which knows whether the id is still ours.
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.spec.Name, err)
	}
	return nil
}

// SignalGroup sends sig to the process and all members of its group.
func (p *Process) SignalGroup(sig syscall.Signal) error {
	if p.Pid() == 0 || p.Exited() {
		return nil
	}
	if err := syscall.Kill(-p.Pid(), sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %s: %w", p.spec.Name, err)
	}
	return nil
}

// Kill sends SIGKILL to the whole group and does not wait.
func (p *Process) Kill() error { return p.SignalGroup(syscall.SIGKILL) }

// KillTree kills the process and all its descendants, also those that lead groups of their own, as PostgreSQL's backends do.
func (p *Process) KillTree() {
	if p.Pid() != 0 && !p.Exited() {
		killTree(p.Pid())
	}
}

// Stop asks with sig and kills the group after grace. It returns when the process has ended.
func (p *Process) Stop(sig syscall.Signal, grace time.Duration) {
	if p.Pid() == 0 {
		return
	}
	_ = p.Signal(sig)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.KillTree()
		<-p.done
	}
}

// Done is closed when the process has ended and all its output has been read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exited says whether Done is closed.
func (p *Process) Exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Wait waits for the end of the process and returns how it ended (an *exec.ExitError when not with 0), or ctx's error.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ExitState is nil while the process runs.
func (p *Process) ExitState() *os.ProcessState {
	if !p.Exited() {
		return nil
	}
	return p.cmd.ProcessState
}
