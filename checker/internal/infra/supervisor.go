package infra

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const supervisorCommand = "_infra-supervisor"

// RunHidden runs the hidden command that args (without the program's name) ask for and returns true, or returns false.
// It runs before main in every program that links this package, test binaries too, so that each can start a supervisor.
func RunHidden(args []string) bool {
	if len(args) != 3 || args[0] != supervisorCommand {
		return false
	}
	log.SetFlags(log.LstdFlags | log.Lmicroseconds)
	if err := supervise(place{args[1]}, args[2]); err != nil {
		log.Print(err)
		os.Exit(1)
	}
	return true
}

func init() {
	if RunHidden(os.Args[1:]) {
		os.Exit(0)
	}
}

// idleLimit is how long the servers stay warm without a user.
func idleLimit() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("STAGECRAFT_IDLE")); err == nil && d > 0 {
		return d
	}
	return 30 * time.Minute
}

// supervisor owns the servers of one repository. It lives in a session of its own and outlives the checkers that use it.
type supervisor struct {
	place    place
	launcher launcher
	listener net.Listener
	ctx      context.Context
	stopped  sync.WaitGroup

	mu      sync.Mutex
	state   state
	slots   map[string]*slot
	changed chan struct{} // closed and replaced at every change
	users   int
	idle    time.Time // since when there has been no user
}

// supervise runs until SIGTERM, until no checker has used the servers for the idle limit, or until its state file is gone.
func supervise(p place, provider string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	launcher, err := newLauncher(p, provider)
	if err != nil {
		return announce("error " + err.Error())
	}
	defer launcher.stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return announce("error " + err.Error())
	}
	s := &supervisor{place: p, launcher: launcher, listener: listener, ctx: ctx, changed: make(chan struct{}), idle: time.Now(),
		slots: map[string]*slot{}, state: newState(provider, listener.Addr().String(), launcher.dirs())}
	for _, name := range serverNames {
		s.slots[name] = &slot{}
	}
	if err := s.state.write(p); err != nil {
		return announce("error " + err.Error())
	}
	defer os.Remove(p.statePath())
	go s.accept()
	if err := announce("ready"); err != nil {
		return err
	}
	log.Printf("supervisor %d with %s servers", os.Getpid(), provider)
	s.loop()
	cancel()
	_ = listener.Close()
	s.stopped.Wait()
	return nil
}

// announce tells the checker that started us, through file descriptor 3, that we serve, or why not.
func announce(line string) error {
	pipe := os.NewFile(3, "announcement")
	_, err := fmt.Fprintln(pipe, line)
	if closeErr := pipe.Close(); err == nil {
		err = closeErr
	}
	if err == nil && line != "ready" {
		err = errors.New(line)
	}
	return err
}

func (s *supervisor) loop() {
	limit := idleLimit()
	ticker := time.NewTicker(min(limit/4, 2*time.Second))
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			log.Print("asked to stop")
			return
		case now := <-ticker.C:
			s.mu.Lock()
			idle := s.users == 0 && now.Sub(s.idle) > limit
			s.mu.Unlock()
			if idle {
				log.Printf("unused for %v", limit)
				return
			}
			if current, ok := readState(s.place); !ok || current.PID != os.Getpid() {
				log.Print("the state file is gone")
				return
			}
		}
	}
}
