package rabbitmq

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Confirmation is the broker's answer to one published message.
type Confirmation struct {
	session  *publisherSession
	of       publication
	deferred *amqp.DeferredConfirmation
	span     trace.Span
	sent     func(err error)
}

// publish hands the message to the broker. It ends the Confirmation if that fails.
func (c *Confirmation) publish(ctx context.Context, exchange, key string, content amqp.Publishing) error {
	deferred, err := c.session.channel.PublishWithDeferredConfirmWithContext(ctx, exchange, key, true, false, content)
	if err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", ErrClosed, err)
		}
		c.end(err)
		return err
	}
	c.of, c.deferred = publication{exchange, key, content.MessageId}, deferred
	return nil
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
	case c.session.takeReturned(c.of):
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
	returned map[publication]int
}

// publication is what the return of a message tells of it. A message and its dead letter have the same id.
type publication struct{ exchange, key, id string }

func newPublisherSession(ch *amqp.Channel) *publisherSession {
	s := &publisherSession{
		channel: ch, turn: make(chan struct{}), ended: make(chan struct{}), returned: map[publication]int{},
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
			s.returned[publication{r.Exchange, r.RoutingKey, r.MessageId}]++
			s.mu.Unlock()
		case <-s.turn:
		}
	}
}

// publish publishes a message and waits for the broker's answer. nil means that it is safe in a queue. It has no span of its own: the
// message keeps the trace context that it has.
func (s *publisherSession) publish(ctx context.Context, exchange, key string, content amqp.Publishing) error {
	c := &Confirmation{session: s, span: noop.Span{}, sent: func(error) {}}
	if err := c.publish(ctx, exchange, key, content); err != nil {
		return err
	}
	return c.Wait(ctx)
}

// takeReturned reports whether the broker has returned the message. Call it after the confirm.
func (s *publisherSession) takeReturned(of publication) bool {
	select {
	case s.turn <- struct{}{}:
	case <-s.ended:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.returned[of]
	if n > 1 {
		s.returned[of] = n - 1
	} else {
		delete(s.returned, of)
	}
	return n > 0
}
