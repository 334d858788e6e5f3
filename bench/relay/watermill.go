package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	wsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/components/forwarder"
	"github.com/ThreeDotsLabs/watermill/message"
)

// forwarderSetup is how Watermill is set up.
type forwarderSetup struct {
	pool     int           // channels of the AMQP publisher; 0, the default, opens one for each message
	batch    int           // rows of one query; 0 is the default, 100
	poll     time.Duration // 0 is the default, 1 s
	forwards int           // forwarders, each with a topic, which is a table, of its own; events are spread by aggregate
}

func forwarderTopic(i int) string { return fmt.Sprintf("outbox_%d", i) }

func (s forwarderSetup) schema() wsql.SchemaAdapter {
	return wsql.DefaultPostgreSQLSchema{SubscribeBatchSize: s.batch}
}

func (e *environment) subscriber(s forwarderSetup) (*wsql.Subscriber, error) {
	return wsql.NewSubscriber(wsql.BeginnerFromPgx(e.pool), wsql.SubscriberConfig{
		SchemaAdapter: s.schema(), OffsetsAdapter: wsql.DefaultPostgreSQLOffsetsAdapter{}, PollInterval: s.poll,
	}, watermill.NopLogger{})
}

// fillWatermill writes the events as an application would: with the forwarder's publisher, in transactions.
func (e *environment) fillWatermill(ctx context.Context, s forwarderSetup) error {
	shards := make([][]*message.Message, s.forwards)
	for _, m := range events(e.cfg.rows, e.cfg.aggregates) {
		wm := message.NewMessage(m.ID, m.Payload)
		wm.Metadata.Set("aggregate_id", m.AggregateID)
		wm.Metadata.Set("sequence", fmt.Sprint(m.Sequence))
		hash := fnv.New32a()
		hash.Write([]byte(m.AggregateID))
		shard := int(hash.Sum32()) % s.forwards
		shards[shard] = append(shards[shard], wm)
	}
	for i, all := range shards {
		topic := forwarderTopic(i)
		if _, err := e.pool.Exec(ctx, fmt.Sprintf(`DROP TABLE IF EXISTS "watermill_%s", "watermill_offsets_%[1]s"`, topic)); err != nil {
			return err
		}
		sub, err := e.subscriber(s)
		if err != nil {
			return err
		}
		if err := sub.SubscribeInitialize(topic); err != nil {
			return err
		}
		for len(all) > 0 {
			n := min(500, len(all))
			if err := e.storeWatermill(ctx, s, topic, all[:n]); err != nil {
				return err
			}
			all = all[n:]
		}
		if _, err := e.pool.Exec(ctx, fmt.Sprintf(`ANALYZE "watermill_%s"`, topic)); err != nil {
			return err
		}
	}
	return nil
}

func (e *environment) storeWatermill(ctx context.Context, s forwarderSetup, topic string, messages []*message.Message) error {
	tx, err := e.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	publisher, err := wsql.NewPublisher(wsql.TxFromPgx(tx), wsql.PublisherConfig{SchemaAdapter: s.schema()}, watermill.NopLogger{})
	if err != nil {
		return err
	}
	forwarded := forwarder.NewPublisher(publisher, forwarder.PublisherConfig{ForwarderTopic: topic})
	if err := forwarded.Publish(queueName, messages...); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// counter counts what was published and confirmed.
type counter struct {
	message.Publisher
	n    atomic.Int64
	want int64
	done chan struct{}
}

// Publish implements message.Publisher.
func (c *counter) Publish(topic string, messages ...*message.Message) error {
	err := c.Publisher.Publish(topic, messages...)
	if err == nil && c.n.Add(int64(len(messages))) == c.want {
		close(c.done)
	}
	return err
}

func (e *environment) runWatermill(ctx context.Context, s forwarderSetup) (result, error) {
	if err := errors.Join(e.emptyQueue(), e.fillWatermill(ctx, s)); err != nil {
		return result{}, err
	}
	cfg := wamqp.NewDurableQueueConfig(e.rabbit)
	cfg.Publish.ConfirmDelivery = true
	cfg.Publish.ChannelPoolSize = s.pool
	cfg.Queue.Arguments = map[string]any{"x-queue-type": e.queue}
	publisher, err := wamqp.NewPublisher(cfg, watermill.NopLogger{})
	if err != nil {
		return result{}, err
	}
	defer publisher.Close()
	out := &counter{Publisher: publisher, want: int64(e.cfg.rows), done: make(chan struct{})}
	forwarders := make([]*forwarder.Forwarder, s.forwards)
	for i := range forwarders {
		sub, err := e.subscriber(s)
		if err != nil {
			return result{}, err
		}
		forwarders[i], err = forwarder.NewForwarder(sub, out, watermill.NopLogger{}, forwarder.Config{ForwarderTopic: forwarderTopic(i)})
		if err != nil {
			return result{}, err
		}
	}
	finish := e.begin()
	for _, f := range forwarders {
		go func() { _ = f.Run(ctx) }()
	}
	select {
	case <-out.done:
	case <-time.After(e.cfg.limit):
	case <-ctx.Done():
	}
	r := finish(int(max(1, out.n.Load())))
	for _, f := range forwarders {
		<-f.Running()
		if err := f.Close(); err != nil {
			return result{}, err
		}
	}
	return r, ctx.Err()
}
