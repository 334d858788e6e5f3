package tui

import (
	"context"
	"fmt"
	"sync"

	tea "charm.land/bubbletea/v2"

	"stagecraft/checker/internal/run"
)

// session owns what runs beside the program: goroutines of runs and watches. The model only holds a pointer to it,
// so that ending the program, however it ends, can stop them and wait.
type session struct {
	workshop Workshop
	outer    context.Context // of the whole command
	ctx      context.Context // of the work
	cancel   context.CancelFunc
	work     sync.WaitGroup
}

func newSession(ctx context.Context, w Workshop) *session {
	inner, cancel := context.WithCancel(ctx)
	return &session{workshop: w, outer: ctx, ctx: inner, cancel: cancel}
}

// close stops everything; the channel closes when nothing is left.
func (s *session) close() <-chan struct{} {
	s.cancel()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	return done
}

// Messages of a run. id tells an old run's messages from those of the present one.
type (
	eventMsg struct {
		id    int
		event run.Event
		more  <-chan tea.Msg
	}
	endedMsg struct {
		id  int
		err error
	}
)

// check starts a run. The command yields its first message; every eventMsg is answered by next, until endedMsg.
func (s *session) check(id, number int, first []string) (cancel context.CancelFunc, cmd tea.Cmd) {
	ctx, cancel := context.WithCancel(s.ctx)
	messages := make(chan tea.Msg, 64)
	s.work.Go(func() {
		defer cancel()
		err := s.guarded(ctx, number, first, func(e run.Event) {
			select {
			case messages <- eventMsg{id: id, event: e, more: messages}:
			case <-s.ctx.Done(): // the program is gone and no goroutine reads
			}
		})
		select {
		case messages <- endedMsg{id: id, err: err}:
		case <-s.ctx.Done():
		}
	})
	return cancel, s.next(messages)
}

// guarded turns a panic of the checker into an error, so that the terminal is not left raw.
func (s *session) guarded(ctx context.Context, number int, first []string, observe func(run.Event)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the checker broke, not your code: %v", p)
		}
	}()
	return s.workshop.Check(ctx, number, first, observe)
}

func (s *session) next(messages <-chan tea.Msg) tea.Cmd {
	return func() tea.Msg {
		select {
		case m := <-messages:
			return m
		case <-s.ctx.Done():
			return nil
		}
	}
}

// Messages of a watch.
type (
	savedMsg struct {
		number int
		more   <-chan struct{}
	}
	watchFailedMsg struct{ err error }
)

// watch begins to report saves in a lesson's workspace.
func (s *session) watch(number int) (cancel context.CancelFunc, cmd tea.Cmd) {
	ctx, cancel := context.WithCancel(s.ctx)
	return cancel, func() tea.Msg {
		saves, err := s.workshop.Watch(ctx, number)
		if err != nil {
			cancel()
			return watchFailedMsg{err}
		}
		return s.nextSave(number, saves)()
	}
}

func (s *session) nextSave(number int, saves <-chan struct{}) tea.Cmd {
	return func() tea.Msg {
		if _, ok := <-saves; !ok {
			return nil
		}
		return savedMsg{number: number, more: saves}
	}
}
