package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// patience is how long leaving waits quietly before it says what it waits for.
const patience = 300 * time.Millisecond

// Run shows the interface until the learner leaves. When it returns the terminal is as it was and nothing runs any more.
func Run(ctx context.Context, w Workshop, start Start, stderr io.Writer) error {
	s := newSession(ctx, w)
	return show(s, newModel(s, start), start.Plain, stderr)
}

func show(s *session, m tea.Model, plain bool, stderr io.Writer) error {
	var options []tea.ProgramOption
	if plain {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	options = append(options, tea.WithContext(s.ctx))
	_, err := tea.NewProgram(m, options...).Run()
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

// Plain says whether colours are unwanted: NO_COLOR is set to anything.
func Plain() bool { return os.Getenv("NO_COLOR") != "" }
