package fault

import (
	"bufio"
	"io"
	"net"
	"sync"
	"time"
)

const amqpBuffer = 64 << 10

// An amqpConn is one connection of the service with the one to the broker behind it.
type amqpConn struct {
	link *AMQPLink
	id   int

	client, broker     net.Conn
	toClient, toBroker *sender
	done               chan struct{}
	once               sync.Once

	mu       sync.Mutex // never held while writing
	channels map[uint16]*amqpChannel
	held     int           // publishes that the link holds
	released chan struct{} // closed and made anew when held sinks
}

func newAMQPConn(l *AMQPLink, client net.Conn) *amqpConn {
	return &amqpConn{
		link: l, client: client, done: make(chan struct{}), channels: map[uint16]*amqpChannel{}, released: make(chan struct{}),
	}
}

func (c *amqpConn) run() {
	defer c.close()
	c.link.awaitThaw(c.done)
	broker, err := net.DialTimeout("tcp", c.link.upstream(), 5*time.Second)
	if err != nil {
		return
	}
	if !c.join(broker) {
		_ = broker.Close()
		return
	}
	fromClient, fromBroker := bufio.NewReaderSize(c.client, amqpBuffer), bufio.NewReaderSize(c.broker, amqpBuffer)
	protocol := make([]byte, 8)
	if _, err := io.ReadFull(fromClient, protocol); err != nil {
		return
	}
	if c.toBroker.write(func(w *bufio.Writer) { _, _ = w.Write(protocol) }, true) != nil {
		return
	}
	go func() {
		defer c.close()
		c.pump(fromBroker, c.toClient, c.fromBroker)
		c.link.awaitThaw(c.done)
	}()
	c.pump(fromClient, c.toBroker, c.fromClient)
	c.link.awaitThaw(c.done)
	c.toClient.silence()
	c.awaitReleased()
}

func (c *amqpConn) join(broker net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
		return false
	default:
	}
	c.broker = broker
	c.toClient, c.toBroker = newSender(c, c.client), newSender(c, broker)
	return true
}

func (c *amqpConn) close() {
	c.once.Do(func() {
		c.mu.Lock()
		close(c.done)
		broker := c.broker
		c.mu.Unlock()
		_ = c.client.Close()
		if broker != nil {
			_ = broker.Close()
		}
		c.link.forget(c)
	})
}

// pump reads frames, puts messages together, and flushes what handle has sent when there is nothing more to read.
func (c *amqpConn) pump(r *bufio.Reader, to *sender, handle func(amqpFrame, *content) error) {
	open := map[uint16]*content{}
	for {
		frame, err := readFrame(r)
		if err != nil {
			return
		}
		var message *content
		switch begun := open[frame.channel()]; {
		case frame.method().hasContent():
			message = new(content)
			open[frame.channel()] = message
		case begun != nil && (frame.kind() == frameHeader || frame.kind() == frameBody):
			message = begun
		}
		if message != nil {
			if message.add(frame) != nil {
				return
			}
			if message.complete() {
				delete(open, frame.channel())
				err = handle(message.frames[0], message)
			}
		} else {
			err = handle(frame, nil)
		}
		if err == nil && r.Buffered() == 0 {
			err = to.write(nil, true)
		}
		if err != nil {
			return
		}
	}
}

// awaitReleased keeps the connection to the broker, with heartbeats, until the publishes that the link holds are released or dropped:
// they were under way when the service died.
func (c *amqpConn) awaitReleased() {
	heartbeat := time.NewTicker(time.Second)
	defer heartbeat.Stop()
	for {
		c.mu.Lock()
		held, released := c.held, c.released
		c.mu.Unlock()
		if held == 0 {
			return
		}
		select {
		case <-released:
		case <-heartbeat.C:
			_ = c.toBroker.frames(true, amqpFrame{[]byte{8, 0, 0, 0, 0, 0, 0, frameEnd}})
		case <-c.done:
			return
		}
	}
}

func (c *amqpConn) holding(change int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held += change
	if change < 0 {
		close(c.released)
		c.released = make(chan struct{})
	}
}

func (c *amqpConn) channel(number uint16) *amqpChannel {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.channels[number]
	if ch == nil {
		ch = newAMQPChannel(c, number)
		c.channels[number] = ch
	}
	return ch
}

// A sender writes to one side. Frames of one write stay together.
type sender struct {
	conn   *amqpConn
	mu     sync.Mutex
	w      *bufio.Writer
	silent bool
}

func newSender(c *amqpConn, to net.Conn) *sender {
	return &sender{conn: c, w: bufio.NewWriterSize(to, amqpBuffer)}
}

// write lets fill write while no other write is under way; fill may be nil.
func (s *sender) write(fill func(*bufio.Writer), flush bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn.link.awaitThaw(s.conn.done)
	if s.silent {
		return nil
	}
	if fill != nil {
		fill(s.w)
	}
	var err error
	if flush {
		err = s.w.Flush()
	} else {
		_, err = s.w.Write(nil) // the error of an earlier write
	}
	if err != nil && s == s.conn.toClient {
		s.silent = true // the pump that reads from the service ends the connection
		return nil
	}
	return err
}

func (s *sender) frames(flush bool, frames ...amqpFrame) error {
	return s.write(func(w *bufio.Writer) {
		for _, f := range frames {
			_, _ = w.Write(f.raw)
		}
	}, flush)
}

// silence discards all that is still written: the other end is gone.
func (s *sender) silence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = true
}
