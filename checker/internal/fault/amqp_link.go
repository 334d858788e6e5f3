package fault

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// AMQPLink is the connection from one service to the broker. It reads AMQP 0-9-1, so that a check can strike at one message.
// It numbers deliveries and confirms anew for the service, so that what it drops or adds leaves no gap in the tags of either side.
// Heartbeats and all other messages pass while one is held.
type AMQPLink struct {
	name   string
	target string
	sink   Sink

	mu       sync.Mutex
	addr     string
	listener net.Listener  // nil while cut
	frozen   chan struct{} // closed by Heal; nil while bytes flow
	conns    map[*amqpConn]bool
	opened   int
	rules    []*MessageRule
	passages []Passage
	closed   bool
}

// NewAMQPLink opens a link named "service->rabbitmq" that listens on listen and leads to target (host:port).
func NewAMQPLink(name, listen, target string, sink Sink) (*AMQPLink, error) {
	l := &AMQPLink{name: name, addr: listen, target: target, sink: sink, conns: map[*amqpConn]bool{}}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.listenLocked(); err != nil {
		return nil, err
	}
	return l, nil
}

// Name returns "service->rabbitmq".
func (l *AMQPLink) Name() string { return l.name }

// Addr returns the address that the service is given.
func (l *AMQPLink) Addr() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.addr
}

// Connections returns how many connections the service has open.
func (l *AMQPLink) Connections() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns)
}

// Cut refuses connections and breaks those there are, until Heal.
func (l *AMQPLink) Cut() {
	l.mu.Lock()
	listener := l.listener
	l.listener = nil
	conns := l.connsLocked()
	l.mu.Unlock()
	if listener == nil {
		return
	}
	l.sink.Emit(l.name, KindCut, "")
	_ = listener.Close()
	closeAll(conns)
}

// Reset breaks the connections there are; new ones are accepted at once.
func (l *AMQPLink) Reset() {
	l.mu.Lock()
	conns := l.connsLocked()
	l.mu.Unlock()
	l.sink.Emit(l.name, KindReset, "")
	closeAll(conns)
}

// Freeze lets no byte pass in either direction, and no sign that a side has closed, until Heal. New connections are accepted and get
// no answer.
func (l *AMQPLink) Freeze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.frozen == nil && !l.closed {
		l.sink.Emit(l.name, KindFreeze, "")
		l.frozen = make(chan struct{})
	}
}

// Heal ends Cut and Freeze. Rules and held messages stay.
func (l *AMQPLink) Heal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.frozen == nil && l.listener != nil {
		return nil
	}
	l.sink.Emit(l.name, KindHeal, "")
	l.thawLocked()
	if l.listener != nil {
		return nil
	}
	return l.listenLocked()
}

// Clear removes every rule and drops what is held.
func (l *AMQPLink) Clear() {
	l.mu.Lock()
	rules := l.rules
	l.rules = nil
	l.mu.Unlock()
	for _, rule := range rules {
		if rule.hold != nil {
			rule.hold.Drop()
		}
	}
}

// Retarget leads new connections to another broker and breaks those there are.
func (l *AMQPLink) Retarget(target string) {
	l.mu.Lock()
	l.target = target
	conns := l.connsLocked()
	l.mu.Unlock()
	closeAll(conns)
}

// Close drops what is held and ends the link.
func (l *AMQPLink) Close() {
	l.Clear()
	l.mu.Lock()
	l.closed = true
	listener := l.listener
	l.listener = nil
	conns := l.connsLocked()
	l.thawLocked()
	l.mu.Unlock()
	if listener != nil {
		_ = listener.Close()
	}
	closeAll(conns)
}

func (l *AMQPLink) connsLocked() []*amqpConn {
	conns := make([]*amqpConn, 0, len(l.conns))
	for c := range l.conns {
		conns = append(conns, c)
	}
	return conns
}

func closeAll(conns []*amqpConn) {
	for _, c := range conns {
		c.close()
	}
}

func (l *AMQPLink) thawLocked() {
	if l.frozen != nil {
		close(l.frozen)
		l.frozen = nil
	}
}

func (l *AMQPLink) listenLocked() error {
	listener, err := net.Listen("tcp", l.addr)
	if err != nil {
		return fmt.Errorf("link %s: %w", l.name, err)
	}
	l.addr, l.listener = listener.Addr().String(), listener
	go l.accept(listener)
	return nil
}

func (l *AMQPLink) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // too many open files, for a moment
			continue
		}
		c := newAMQPConn(l, client)
		if !l.admit(c, listener) {
			_ = client.Close()
			continue
		}
		go c.run()
	}
}

// admit counts a connection, unless the link was cut since it came.
func (l *AMQPLink) admit(c *amqpConn, listener net.Listener) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener != listener {
		return false
	}
	l.opened++
	c.id = l.opened
	l.conns[c] = true
	return true
}

func (l *AMQPLink) forget(c *amqpConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// awaitThaw returns when bytes may flow, or when done is closed.
func (l *AMQPLink) awaitThaw(done <-chan struct{}) {
	for {
		l.mu.Lock()
		frozen := l.frozen
		l.mu.Unlock()
		if frozen == nil {
			return
		}
		select {
		case <-frozen:
		case <-done:
			return
		}
	}
}

func (l *AMQPLink) upstream() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.target
}

func (l *AMQPLink) note(p Passage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.passages) < kept {
		p.At = time.Now()
		l.passages = append(l.passages, p)
	}
}

func (l *AMQPLink) addRule(r *MessageRule) *MessageRule {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.link = l
	l.rules = append(l.rules, r)
	return r
}

func (l *AMQPLink) removeRule(r *MessageRule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make([]*MessageRule, 0, len(l.rules))
	for _, other := range l.rules {
		if other != r {
			kept = append(kept, other)
		}
	}
	l.rules = kept
}

// emit reports what a rule did to a message; acted also notes the passage.
func (l *AMQPLink) emit(p Passage) { l.sink.Emit(l.name, KindFail, p.String()) }

func (l *AMQPLink) acted(p Passage) {
	l.emit(p)
	l.note(p)
}
