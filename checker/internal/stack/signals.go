package stack

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"stagecraft/checker/internal/fault"
)

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
	return s.restart(ctx, env, ready)
}

// RestartAlive is Restart that does not wait until the service is ready: while a dependency is away, it never is.
func (s *Service) RestartAlive(ctx context.Context, env map[string]string) error {
	return s.restart(ctx, env, alive)
}

func (s *Service) restart(ctx context.Context, env map[string]string, want level) error {
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
	if err := s.start(ctx, environ, want); err != nil {
		return err
	}
	s.afterReady(ctx)
	return nil
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
