package infra

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"os"
	"time"

	"stagecraft/checker/internal/proc"
)

// request is the one message from a checker to its supervisor. The connection stays open for as long as the checker uses
// the servers; the kernel closes it for a checker that was killed.
type request struct {
	Token string
	Need  Need
}

// reply is one of many: notes while servers start, then either a fault or ready, then trouble if there is any.
type reply struct {
	Note    string              `json:",omitempty"`
	Fault   *wireFault          `json:",omitempty"`
	Ready   map[string]endpoint `json:",omitempty"`
	Trouble *trouble            `json:",omitempty"`
}

// trouble is a server that did not live through the use of it.
type trouble struct{ Server, What string }

type wireFault struct{ What, Next string }

func newState(provider, control string, dirs []string) state {
	return state{Schema: schema, Provider: provider, PID: os.Getpid(), Start: proc.StartTime(os.Getpid()),
		Control: control, Token: randomWord(), Dirs: dirs}
}

func (s *supervisor) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go s.serve(conn)
	}
}

func (s *supervisor) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	decoder := json.NewDecoder(conn)
	var r request
	if err := decoder.Decode(&r); err != nil || subtle.ConstantTimeCompare([]byte(r.Token), []byte(s.state.Token)) != 1 {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	s.use(1)
	defer s.use(-1)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = decoder.Decode(&r) // Nothing more is said: this returns when the connection ends.
	}()
	for _, name := range r.Need.servers() {
		s.want(name)
	}
	s.converse(conn, r.Need, gone)
}

func (s *supervisor) use(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users += n
	s.idle = time.Now()
}

// converse reports to one checker until it leaves.
func (s *supervisor) converse(conn net.Conn, need Need, gone <-chan struct{}) {
	encoder := json.NewEncoder(conn)
	said := map[string]string{}
	var sent map[string]endpoint
	for {
		replies, ready, changed := s.look(need, sent, said)
		if sent == nil {
			sent = ready
		}
		for _, r := range replies {
			if encoder.Encode(r) != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-gone:
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// look compares the servers with what was sent, nil while the checker still waits, and with the notes said before.
func (s *supervisor) look(need Need, sent map[string]endpoint, said map[string]string) (replies []reply, nowReady map[string]endpoint, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sent != nil {
		for name, before := range sent {
			if slot := s.slots[name]; slot.status != ready || slot.endpoint.Generation != before.Generation {
				replies = append(replies, reply{Trouble: &trouble{name, slot.trouble}})
			}
		}
		return replies, nil, s.changed
	}
	found := map[string]endpoint{}
	for _, name := range need.servers() {
		slot := s.slots[name]
		if slot.status == starting && slot.note != said[name] {
			said[name] = slot.note
			replies = append(replies, reply{Note: slot.note})
		}
		if slot.status == failed {
			replies = append(replies, reply{Fault: &wireFault{slot.fault.withCause(), slot.fault.Next}})
		}
		if slot.status == ready {
			found[name] = slot.endpoint
		}
	}
	if len(found) == len(need.servers()) {
		nowReady = found
		replies = append(replies, reply{Ready: found})
	}
	return replies, nowReady, s.changed
}

func (f *Fault) withCause() string {
	if f.Cause != nil {
		return f.What + ": " + f.Cause.Error()
	}
	return f.What
}
