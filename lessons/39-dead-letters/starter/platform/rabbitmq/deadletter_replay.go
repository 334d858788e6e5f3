package rabbitmq

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
)

// Replay returns dead letters to the queue where they died, oldest first, one at a time: the messages of an aggregate keep the order in
// which they died. Each is published again under its id, and leaves the dead letters once the broker has confirmed the copy. If the process
// dies in between, both are there, and the inbox of the consumer recognizes the second. The replay ends at the first message that died
// again during it.
func (o *Operator) Replay(ctx context.Context, queue string, r Replay) error {
	run := uuid.NewString()
	return o.walk(ctx, queue, func(s *publisherSession, d amqp.Delivery) error {
		// TODO: all of them, as fast as it goes, however often they have died.
		v := viewOf(queue, d)
		if err := o.returnToQueue(ctx, s, queue, run, d); err != nil {
			return fmt.Errorf("message %s stays: %w", v.ID, err)
		}
		return r.Done(v, nil)
	})
}

// returnToQueue publishes the dead letter to its queue and, once the broker has confirmed it, acknowledges it.
func (o *Operator) returnToQueue(ctx context.Context, s *publisherSession, queue, run string, d amqp.Delivery) error {
	// TODO: it is acknowledged first, and all readers of its type get it again.
	if err := d.Ack(false); err != nil {
		return err
	}
	return s.publish(ctx, Exchange, text(d.Headers, headerEventType), replayOf(d, run))
}

// replayOf returns the message as it was before it died. The broker would take the headers of a death for those of the next one.
func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	// TODO: only the body is left.
	return amqp.Publishing{DeliveryMode: amqp.Persistent, Body: d.Body}
}
