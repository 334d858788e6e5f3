package infra

import (
	"context"
	"errors"
	"time"

	"stagecraft/checker/internal/proc"
)

// launcher starts servers for a supervisor: as child processes or in containers.
type launcher interface {
	// launch starts a server and returns when it answers. A second launch of the same server comes after the first has died,
	// and finds its data and its address as they were.
	launch(ctx context.Context, name string, note func(string)) (*instance, error)
	// dirs are the directories that die with the supervisor.
	dirs() []string
	// stop ends all servers at once; their data is not kept.
	stop()
}

// instance is one life of a server.
type instance struct {
	endpoint endpoint
	died     <-chan struct{} // nil when nothing is there to die
	// lastWords is the end of its log.
	lastWords func() string
}

// errPortTaken asks for another try with other ports.
var errPortTaken = errors.New("port taken")

// awaitReady waits until the process has said that it is ready.
func awaitReady(ctx context.Context, server string, p *proc.Process, log *watchedLog, within time.Duration) error {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-log.seen:
		return nil
	case <-p.Done():
		if portTaken(log.Tail()) {
			return errPortTaken
		}
		return startFault(server, log.Tail(), "supervisor.log")
	case <-ctx.Done():
		p.KillTree()
		return ctx.Err()
	case <-timer.C:
		p.KillTree()
		return &Fault{What: server + " was not ready within " + within.String() + ": " + lastLines(log.Tail(), 2),
			Next: "see that this machine is not overloaded and run again"}
	}
}

// mergedEnv is the clean environment of the program with changes.
func mergedEnv(changes ...string) []string { return append(proc.Environ(), changes...) }
