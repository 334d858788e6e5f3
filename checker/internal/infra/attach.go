package infra

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"stagecraft/checker/internal/proc"
)

// session is a checker's connection to the supervisor. While it is open the servers stay.
type session struct {
	conn      net.Conn
	state     state
	endpoints map[string]endpoint

	mu      sync.Mutex
	trouble *Fault
	// troubled is closed when trouble is set, lost when the connection has ended.
	troubled, lost chan struct{}
}

// errNoSupervisor asks for a start.
var errNoSupervisor = errors.New("no supervisor")

// attach connects to the supervisor and waits for the servers; errNoSupervisor when there is none to connect to.
func attach(ctx context.Context, p place, need Need, say func(string)) (*session, error) {
	st, ok := readState(p)
	if !ok || st.Schema != schema || !st.alive() {
		return nil, errNoSupervisor
	}
	conn, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "tcp", st.Control)
	if err != nil {
		return nil, errors.Join(errNoSupervisor, ctx.Err())
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer stop()
	s := &session{conn: conn, state: st, troubled: make(chan struct{}), lost: make(chan struct{})}
	decoder := json.NewDecoder(conn)
	err = json.NewEncoder(conn).Encode(request{Token: st.Token, Need: need})
	for err == nil {
		var r reply
		err = decoder.Decode(&r)
		switch {
		case err != nil:
		case r.Note != "":
			say(r.Note)
		case r.Fault != nil:
			_ = conn.Close()
			return nil, &Fault{What: r.Fault.What, Next: r.Fault.Next}
		case r.Ready != nil:
			if stop() {
				s.endpoints = r.Ready
				go s.listen(decoder)
				return s, nil
			}
		}
	}
	_ = conn.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, errNoSupervisor
}

// listen waits for trouble.
func (s *session) listen(decoder *json.Decoder) {
	defer close(s.lost)
	for {
		var r reply
		err := decoder.Decode(&r)
		switch {
		case err != nil:
			s.tell(&Fault{What: "the servers were stopped while in use", Next: "run again: they are started anew"})
			return
		case r.Trouble != nil:
			s.tell(&Fault{What: r.Trouble.Server + " " + r.Trouble.What, Next: "run again: it is started anew"})
		}
	}
}

// tell keeps the first trouble.
func (s *session) tell(trouble *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble == nil {
		s.trouble = trouble
		close(s.troubled)
	}
}

func (s *session) troubledWithin(ctx context.Context, limit time.Duration) bool {
	select {
	case <-s.troubled:
		return true
	case <-ctx.Done():
	case <-time.After(limit):
	}
	return false
}

func (s *session) healthy() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble != nil {
		return s.trouble
	}
	return nil
}

// close lets go; what it makes listen see is no trouble any more.
func (s *session) close() {
	_ = s.conn.Close()
	<-s.lost
}

// spawnSupervisor starts a supervisor that outlives this program and returns when it serves. The caller holds the start lock.
func spawnSupervisor(p place, provider string) error {
	self, err := supervisorProgram(p)
	if err != nil {
		return err
	}
	logFile, err := os.OpenFile(p.logPath(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return diskFault("cannot write "+p.logPath(), err)
	}
	defer logFile.Close()
	read, write, err := os.Pipe()
	if err != nil {
		return &Fault{What: "cannot start the servers", Cause: err}
	}
	defer read.Close()
	cmd := exec.Command(self, supervisorCommand, p.root, provider)
	cmd.Args[0] = "stagecraft-servers" // What a process list shows.
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = p.dir(), logFile, logFile, []*os.File{write}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return &Fault{What: "cannot start the servers", Cause: err}
	}
	go cmd.Wait() //nolint:errcheck // It outlives us; this only keeps it from being our zombie.
	_ = read.SetReadDeadline(time.Now().Add(30 * time.Second))
	line, _ := bufio.NewReader(read).ReadString('\n')
	if text := strings.TrimSpace(line); text != "ready" {
		return &Fault{What: "the supervisor of the servers does not start: " + strings.TrimPrefix(text, "error "), Next: "its log is " + p.logPath()}
	}
	return nil
}

// supervisorProgram is a path from which the supervisor can be started, and start its own warden later, when `go run` has
// long deleted this program. Linux keeps the running file reachable; elsewhere it is copied.
func supervisorProgram(p place) (string, error) {
	self, err := proc.Self()
	if err != nil || strings.HasPrefix(self, "/proc/") {
		return self, err
	}
	copied := p.dir() + "/supervisor"
	_ = os.Remove(copied)
	if err := copyFile(self, copied); err != nil {
		return "", diskFault("cannot copy the checker", err)
	}
	return copied, os.Chmod(copied, 0o700)
}

// stopSupervisor ends a supervisor and all its servers. The caller holds the start lock.
func stopSupervisor(ctx context.Context, p place) error {
	st, ok := readState(p)
	if ok && st.alive() {
		_ = syscall.Kill(st.PID, syscall.SIGTERM)
		deadline := time.After(10 * time.Second)
		for st.alive() {
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			case <-deadline:
				proc.KillStarted(st.PID, st.Start)
			}
		}
	}
	sweep(p)
	return nil
}
