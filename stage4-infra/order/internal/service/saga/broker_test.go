package saga_test

import (
	"context"
	"strings"
	"sync"

	"shop/platform/messaging"
	"shop/platform/postgres"
)

// broker is the outbox, its relay and RabbitMQ in one: what a committed transaction appended arrives at least once, in any order.
type broker struct {
	mu     sync.Mutex
	queue  []messaging.Message
	events []string // types of the events of orders, in the order of their commits
}

// Append implements publisher.Outbox.
func (b *broker) Append(ctx context.Context, messages ...messaging.Message) error {
	postgres.AfterCommit(ctx, func(context.Context) { b.publish(messages...) })
	return nil
}

func (b *broker) publish(messages ...messaging.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range messages {
		if strings.HasPrefix(m.Type, "order.order.") {
			b.events = append(b.events, m.Type)
			continue
		}
		b.queue = append(b.queue, m)
	}
}

func (b *broker) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue)
}

// take removes a message from the queue.
func (b *broker) take(i int) messaging.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.queue[i]
	b.queue = append(b.queue[:i:i], b.queue[i+1:]...)
	return m
}

// types returns the types of the messages in the queue.
func (b *broker) types() (types []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.queue {
		types = append(types, m.Type)
	}
	return types
}
