package rabbitmq

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
)

func (o *Operator) Replay(ctx context.Context, queue string, r Replay) error {
	run := uuid.NewString()
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
		return nil
	})
}
