package rabbitmq

import (
	"context"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/trace"
)

// Confirmation is the broker's answer to one published message.
type Confirmation struct {
	session  *publisherSession
	id       string
	deferred *amqp.DeferredConfirmation
	span     trace.Span
	sent     func(err error)
}

// Wait waits for the answer. nil means that the message is safe in every queue that is bound to its type; otherwise the error is
// ErrUnroutable, ErrNacked, ErrClosed or that of ctx. Call it once.
func (c *Confirmation) Wait(ctx context.Context) error {
	err := c.wait(ctx)
	c.end(err)
	return err
}

func (c *Confirmation) wait(ctx context.Context) error {
	acked, err := c.deferred.WaitContext(ctx)
	switch {
	case err != nil:
		return err
	case !acked && c.session.channel.IsClosed():
		return ErrClosed
	case !acked:
		return ErrNacked
	// The broker confirms also what it could not route. It returns such a message first.
	case c.session.takeReturned(c.id):
		return ErrUnroutable
	}
	return nil
}

func (c *Confirmation) end(err error) {
	endSpan(c.span, err)
	c.sent(err)
}

// publisherSession is a channel and what the broker has returned on it.
type publisherSession struct {
	channel *amqp.Channel
	blocked atomic.Bool

	// Returns and confirms come out of the library on different Go channels. turn is received by the goroutine that records returns, and
	// only between two of them: who has sent to it sees all returns that came before the confirm.
	turn     chan struct{}
	ended    chan struct{}
	mu       sync.Mutex
	returned map[string]int // by message id
}

func newPublisherSession(ch *amqp.Channel) *publisherSession {
	s := &publisherSession{
		channel: ch, turn: make(chan struct{}), ended: make(chan struct{}), returned: map[string]int{},
	}
	// Without a buffer the library goes on to the confirm only when the return was received.
	go s.recordReturns(ch.NotifyReturn(make(chan amqp.Return)))
	return s
}

func (s *publisherSession) recordReturns(returns <-chan amqp.Return) {
	defer close(s.ended)
	for {
		select {
		case r, ok := <-returns:
			if !ok {
				return
			}
			s.mu.Lock()
			s.returned[r.MessageId]++
			s.mu.Unlock()
		case <-s.turn:
		}
	}
}

// takeReturned reports whether the broker has returned the message. Call it after the confirm.
func (s *publisherSession) takeReturned(id string) bool {
	select {
	case s.turn <- struct{}{}:
	case <-s.ended:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.returned[id]
	if n > 1 {
		s.returned[id] = n - 1
	} else {
		delete(s.returned, id)
	}
	return n > 0
}
