package rabbitmq

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
)

// Replay says which dead letters return to their queue, and how.
type Replay struct {
	Match func(DeadLetter) bool
	// Rate is how many messages return in a second at most.
	Rate float64
	// Limit is how often a message may be replayed. One that has died again so often stays, and so do later ones of its aggregate.
	Limit int64
	// Done is called after each message: refused is nil if it was replayed. An error ends the replay.
	Done func(d DeadLetter, refused error) error
}

// Replay returns dead letters to the queue where they died, oldest first, one at a time: the messages of an aggregate keep the order in
// which they died. Each is published again under its id, and leaves the dead letters once the broker has confirmed the copy. If the process
// dies in between, both are there, and the inbox of the consumer recognizes the second. The replay ends at the first message that died
// again during it.
func (o *Operator) Replay(ctx context.Context, queue string, r Replay) error {
	run, pace := uuid.NewString(), time.NewTicker(time.Duration(float64(time.Second)/r.Rate))
	defer pace.Stop()
	stopped := map[string]bool{} // aggregates of which a message stays
	return o.walk(ctx, queue, func(s *publisherSession, d amqp.Delivery) error {
		if text(d.Headers, headerReplayRun) == run {
			return errStop
		}
		v := viewOf(queue, d)
		if !r.Match(v) {
			return nil
		}
		aggregate := v.AggregateType + "/" + v.AggregateID
		if v.Replays >= r.Limit || v.AggregateID != "" && stopped[aggregate] {
			stopped[aggregate] = true
			return r.Done(v, ErrReplayLimit)
		}
		if err := o.returnToQueue(ctx, s, queue, run, d); err != nil {
			return fmt.Errorf("message %s stays: %w", v.ID, err)
		}
		if err := r.Done(v, nil); err != nil {
			return err
		}
		select {
		case <-pace.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// returnToQueue publishes the dead letter to its queue and, once the broker has confirmed it, acknowledges it. The exchange "" leads to the
// queue of this name and no other: the other readers of the message have handled it.
func (o *Operator) returnToQueue(ctx context.Context, s *publisherSession, queue, run string, d amqp.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, o.cfg.Consumer.DeadLetterTimeout)
	defer cancel()
	if err := s.publish(ctx, "", queue, replayOf(d, run)); err != nil {
		return err
	}
	return d.Ack(false)
}

// replayOf returns the message as it was before it died. The broker would take the headers of a death for those of the next one.
func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	m := copyOf(d)
	maps.DeleteFunc(m.Headers, func(name string, _ any) bool {
		return strings.HasPrefix(name, "dead_") || name == "x-death" ||
			strings.HasPrefix(name, "x-first-death-") || strings.HasPrefix(name, "x-last-death-")
	})
	m.Headers[headerReplays] = number(d.Headers, headerReplays) + 1
	m.Headers[headerReplayRun] = run
	return m
}
