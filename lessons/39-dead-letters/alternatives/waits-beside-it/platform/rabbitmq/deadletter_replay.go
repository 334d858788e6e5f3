package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
)

// Replay first decides, then returns, then waits.
func (o *Operator) Replay(ctx context.Context, queue string, r Replay) error {
	type aggregate struct{ kind, id string }
	run := uuid.NewString()
	behind := map[aggregate]struct{}{}
	stays := func(v DeadLetter) bool {
		of := aggregate{v.AggregateType, v.AggregateID}
		_, after := behind[of]
		if v.Replays < r.Limit && !after {
			return false
		}
		if v.AggregateID != "" {
			behind[of] = struct{}{}
		}
		return true
	}
	return o.walk(ctx, queue, func(s *publisherSession, d amqp.Delivery) error {
		v := viewOf(queue, d)
		switch {
		case text(d.Headers, headerReplayRun) == run:
			return errStop
		case !r.Match(v):
			return nil
		case stays(v):
			return r.Done(v, ErrReplayLimit)
		}
		if err := o.returnToQueue(ctx, s, queue, run, d); err != nil {
			return fmt.Errorf("replay %s: %w", v.ID, err)
		}
		err := r.Done(v, nil)
		pause(ctx, time.Duration(float64(time.Second)/r.Rate))
		return errors.Join(err, ctx.Err())
	})
}

func (o *Operator) returnToQueue(ctx context.Context, s *publisherSession, queue, run string, d amqp.Delivery) error {
	limit := errors.New("not confirmed in time")
	ctx, cancel := context.WithTimeoutCause(ctx, o.cfg.Consumer.DeadLetterTimeout, limit)
	defer cancel()
	if err := s.publish(ctx, "", queue, replayOf(d, run)); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	return d.Ack(false)
}

func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	m := copyOf(d)
	for name := range maps.Clone(m.Headers) {
		for _, death := range []string{"dead_", "x-death", "x-first-death-", "x-last-death-"} {
			if strings.HasPrefix(name, death) {
				delete(m.Headers, name)
			}
		}
	}
	maps.Copy(m.Headers, amqp.Table{headerReplayRun: run, headerReplays: 1 + number(d.Headers, headerReplays)})
	return m
}
