package rabbitmq

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
)

// returning is one replay.
//
//stagecraft:add
type returning struct {
	Replay
	o     *Operator
	queue string
	run   string
	due   time.Time
	stays []string
}

func (o *Operator) Replay(ctx context.Context, queue string, r Replay) error {
	one := &returning{Replay: r, o: o, queue: queue, run: time.Now().String() + uuid.NewString()}
	return o.walk(ctx, queue, func(s *publisherSession, d amqp.Delivery) error { return one.visit(ctx, s, d) })
}

//stagecraft:add
func (r *returning) visit(ctx context.Context, s *publisherSession, d amqp.Delivery) error {
	if d.Headers[headerReplayRun] == r.run {
		return errStop
	}
	v := viewOf(r.queue, d)
	if !r.Match(v) {
		return nil
	}
	if r.kept(v) {
		return r.Done(v, ErrReplayLimit)
	}
	// The pause comes before the message.
	timer := time.NewTimer(time.Until(r.due))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	r.due = time.Now().Add(time.Duration(float64(time.Second) / r.Rate))
	if err := r.o.returnToQueue(ctx, s, r.queue, r.run, d); err != nil {
		return err
	}
	return r.Done(v, nil)
}

//stagecraft:add
func (r *returning) kept(v DeadLetter) bool {
	key := v.AggregateType + "\x00" + v.AggregateID
	if v.AggregateID != "" && slices.Contains(r.stays, key) {
		return true
	}
	if v.Replays < r.Limit {
		return false
	}
	r.stays = append(r.stays, key)
	return true
}

func (o *Operator) returnToQueue(ctx context.Context, s *publisherSession, queue, run string, d amqp.Delivery) error {
	bounded, cancel := context.WithDeadline(ctx, time.Now().Add(o.cfg.Consumer.DeadLetterTimeout))
	err := s.publish(bounded, "", queue, replayOf(d, run))
	cancel()
	if err == nil {
		err = d.Ack(false)
	}
	return err
}

func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	headers := amqp.Table{headerReplays: number(d.Headers, headerReplays) + 1, headerReplayRun: run}
	for name, value := range d.Headers {
		if !strings.HasPrefix(name, "dead_") && !strings.Contains(name, "-death") && name != headerDeliveryCount {
			headers[name] = value
		}
	}
	return amqp.Publishing{
		Headers: headers, ContentType: d.ContentType, ContentEncoding: d.ContentEncoding, DeliveryMode: amqp.Persistent, Priority: d.Priority,
		CorrelationId: d.CorrelationId, ReplyTo: d.ReplyTo, MessageId: d.MessageId, Timestamp: d.Timestamp, Type: d.Type, AppId: d.AppId, Body: d.Body,
	}
}
