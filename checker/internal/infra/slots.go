package infra

import (
	"errors"
	"log"
	"time"
)

// slot is one server as the supervisor sees it.
type slot struct {
	status   status
	endpoint endpoint
	fault    *Fault
	note     string // what its start is doing
	// trouble is what happened to it last while in use.
	trouble string
	deaths  []time.Time
}

type status int

const (
	absent status = iota
	starting
	ready
	failed
)

// want starts a server that is not there; it does not wait.
func (s *supervisor) want(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.slots[name]
	if slot.status == ready || slot.status == starting {
		return
	}
	slot.status, slot.fault, slot.note = starting, nil, ""
	s.touch()
	s.stopped.Go(func() { s.start(name) })
}

func (s *supervisor) start(name string) {
	begin := time.Now()
	run, err := s.launcher.launch(s.ctx, name, func(text string) { s.note(name, text) })
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.slots[name]
	if err != nil {
		log.Printf("%s: %v", name, err)
		slot.status = failed
		if !errors.As(err, &slot.fault) {
			slot.fault = &Fault{What: name + " cannot be started", Cause: err, Next: "the log is in " + s.place.logPath()}
		}
		s.touch()
		return
	}
	log.Printf("%s %s ready after %v", name, run.endpoint.Version, time.Since(begin).Round(time.Millisecond))
	slot.status, slot.endpoint = ready, run.endpoint
	if run.died != nil {
		go s.watch(name, run)
	}
	s.touch()
}

// watch starts a server again when it dies, unless it keeps dying.
func (s *supervisor) watch(name string, run *instance) {
	select {
	case <-s.ctx.Done():
		return
	case <-run.died:
	}
	if s.ctx.Err() != nil {
		return
	}
	words := lastLines(run.lastWords(), 3)
	log.Printf("%s died: %s", name, words)
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.slots[name]
	slot.trouble = "died while in use: " + words
	slot.deaths = append(slot.deaths, time.Now())
	if n := len(slot.deaths); n >= 4 && time.Since(slot.deaths[n-4]) < time.Minute {
		slot.status = failed
		slot.fault = &Fault{What: name + " keeps dying: " + words, Next: "run `go run ./checker down`, then `go run ./checker doctor`"}
		s.touch()
		return
	}
	slot.status = starting
	s.touch()
	s.stopped.Go(func() { s.start(name) })
}

func (s *supervisor) note(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slots[name].note = text
	s.touch()
}

// touch wakes all connections and writes the state; the lock is held.
func (s *supervisor) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
	s.state.Servers = map[string]endpoint{}
	for name, slot := range s.slots {
		if slot.status == ready {
			s.state.Servers[name] = slot.endpoint
		}
	}
	if s.ctx.Err() != nil {
		return
	}
	if err := s.state.write(s.place); err != nil {
		log.Print(err)
	}
}
