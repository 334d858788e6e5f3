package rabbitmq

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/parallel"
)

// Consumers runs all consumers of a service on one connection.
type Consumers struct {
	cfg           Config
	conn          *connection
	log           *zap.Logger
	subscriptions []*subscription

	stop, abort context.CancelFunc
	running     sync.WaitGroup
}

func newConsumers(
	cfg Config, service string, log *zap.Logger, m *metrics, l *links, p *Publisher, consumers []Consumer,
) *Consumers {
	c := &Consumers{cfg: cfg, conn: &connection{name: service + " consumer", cfg: cfg}, log: log}
	for _, consumer := range consumers {
		m.expect(consumer.Queue)
		c.subscriptions = append(c.subscriptions, &subscription{
			Consumer:  consumer,
			cfg:       cfg.Consumer,
			service:   service,
			publisher: p,
			conn:      c.conn,
			link:      newLink(cfg, consumer.Queue, log, m, l),
			log:       log,
			metrics:   m,
		})
	}
	return c
}

// Start consumes in the background: a service without a broker still does the rest of its work.
func (c *Consumers) Start() {
	ctx, stop := context.WithCancel(context.Background())
	base, abort := context.WithCancel(context.Background())
	c.stop, c.abort = stop, abort
	for _, s := range c.subscriptions {
		s.base = base
		c.running.Go(func() { s.link.keep(ctx, s.run) })
		c.running.Go(func() { s.countDeadLetters(ctx) })
	}
}

// Stop takes no more messages and waits until those that the broker has delivered are done and acknowledged. What is not done when ctx ends
// is aborted, and the broker delivers it to another replica.
func (c *Consumers) Stop(ctx context.Context) error {
	c.stop()
	err := parallel.Await(ctx, c.running.Wait)
	if err != nil {
		c.log.Warn("messages aborted at the stop", logging.Event("platform.message.aborted"), logging.Error(err))
	}
	c.abort()
	c.conn.close()
	return err
}
