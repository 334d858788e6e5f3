package rabbitmq

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/messaging"
)

// Publisher publishes messages on a connection of its own, so that a broker that blocks publishers does not block the acknowledgements of
// consumers.
type Publisher struct {
	conn    *connection
	link    link
	metrics *metrics

	session atomic.Pointer[publisherSession]
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func newPublisher(cfg Config, name string, log *zap.Logger, m *metrics, l *links) *Publisher {
	return &Publisher{
		conn:    &connection{name: name + " publisher", cfg: cfg},
		link:    newLink(cfg, "publisher", log, m, l),
		metrics: m,
	}
}

// Publish hands the message to the broker and does not wait for its answer. The order of calls is the order in the queues, as long as none
// is refused. While there is no connection the error is ErrClosed, at once.
func (p *Publisher) Publish(ctx context.Context, m messaging.Message) (*Confirmation, error) {
	s, err := p.current()
	if err != nil {
		return nil, err
	}
	content := publishing(m)
	c := &Confirmation{session: s, sent: p.metrics.sent(), span: startSend(ctx, m, content.Headers)}
	if err := c.publish(ctx, Exchange, m.Type, content); err != nil {
		return nil, err
	}
	return c, nil
}

// publishDead puts a message into the dead letters of queue, and waits for the broker's answer.
func (p *Publisher) publishDead(ctx context.Context, queue string, content amqp.Publishing) error {
	s, err := p.current()
	if err != nil {
		return err
	}
	return s.publish(ctx, "", DeadLetterQueue(queue), content)
}

func (p *Publisher) current() (*publisherSession, error) {
	s := p.session.Load()
	if s == nil {
		return nil, ErrClosed
	}
	if s.blocked.Load() {
		return nil, ErrBlocked
	}
	return s, nil
}

// start connects in the background: a service without a broker still does the rest of its work.
func (p *Publisher) start() {
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	p.running.Go(func() { p.link.keep(ctx, p.run) })
}

func (p *Publisher) stop() {
	p.cancel()
	p.conn.close() // ends a call that waits for a broker which does not answer
	p.running.Wait()
}

// run publishes until the connection is lost or ctx ends.
func (p *Publisher) run(ctx context.Context, ready func()) error {
	conn, ch, err := p.conn.channel(ctx)
	if err != nil {
		return err
	}
	defer p.conn.close()
	if err := declareExchange(ch); err != nil {
		return err
	}
	if err := ch.Confirm(false); err != nil {
		return fmt.Errorf("turn on confirms: %w", err)
	}
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking))
	s := newPublisherSession(ch)
	p.session.Store(s)
	defer p.session.Store(nil)
	ready()
	for {
		select {
		case b, ok := <-blocked:
			if !ok {
				blocked = nil
				continue
			}
			s.blocked.Store(b.Active)
			p.link.log.Warn("the broker blocks or unblocks publishers", logging.Event("platform.broker.blocked"),
				zap.Bool("blocked", b.Active), zap.String("reason", b.Reason))
		case reason := <-closed:
			return closeError(reason)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// closeError returns why the broker or the network closed a channel.
func closeError(reason *amqp.Error) error {
	if reason == nil {
		return ErrClosed
	}
	return reason
}
