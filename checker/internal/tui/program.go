package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// patience is how long leaving waits quietly before it says what it waits for.
const patience = 300 * time.Millisecond

// Run shows the interface until the learner leaves. When it returns the terminal is as it was and nothing runs any more.
func Run(ctx context.Context, w Workshop, start Start, stderr io.Writer) error {
	s := newSession(ctx, w)
	return show(s, newModel(s, start), start.Plain, stderr, nil)
}

// show runs a model until it quits, then stops what the session runs. begin, if any, gets a way to send messages that
// never blocks for longer than the program lives.
func show(s *session, m tea.Model, plain bool, stderr io.Writer, begin func(send func(tea.Msg))) error {
	var options []tea.ProgramOption
	if plain {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	options = append(options, tea.WithContext(s.outer))
	program := tea.NewProgram(m, options...)
	if begin != nil {
		begin(program.Send)
	}
	_, err := program.Run()
	waitFor(s.close(), stderr)
	switch {
	case err == nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return fmt.Errorf("the interface broke, your work is untouched: %w", err)
	case errors.Is(err, context.Canceled):
		return nil
	}
	return fmt.Errorf("terminal: %w", err)
}

// waitFor waits for what still runs; a second Ctrl-C, no longer caught by the interface, ends the checker the hard way.
func waitFor(done <-chan struct{}, stderr io.Writer) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-timer.C:
		fmt.Fprintln(stderr, "stopping what still runs …")
	}
	<-done
}
