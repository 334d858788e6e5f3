package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"shop/platform/rabbitmq"
)

// line is what the command prints of a dead letter that it has settled: an audit log that can be kept.
type line struct {
	At       time.Time           `json:"ts"`
	Event    string              `json:"event"`
	Operator string              `json:"operator"`
	Note     string              `json:"note,omitempty"`
	Error    string              `json:"error,omitempty"`
	Message  rabbitmq.DeadLetter `json:"message"`
}

func (s session) print(value any) error { return json.NewEncoder(s.out).Encode(value) }

func (s session) record(event, note string, d rabbitmq.DeadLetter, refused error) error {
	l := line{At: time.Now().UTC(), Event: event, Operator: os.Getenv("USER"), Note: note, Message: d}
	if refused != nil {
		l.Error = refused.Error()
	}
	if err := s.print(l); err != nil {
		return fmt.Errorf("write the audit line: %w", err)
	}
	return nil
}

// list goes on after a queue that is not there: its service has never run.
func (s session) list(ctx context.Context, queues []string) error {
	if len(queues) == 0 {
		queues = s.cfg.queues()
	}
	var faults []error
	for _, queue := range queues {
		summary, err := s.operator.Summary(ctx, rabbitmq.QueueOf(queue))
		if err == nil {
			err = s.print(summary)
		}
		if err != nil && !errors.Is(err, rabbitmq.ErrUnknownQueue) {
			return err
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (s session) showAll(ctx context.Context, queue string) error {
	return s.operator.Each(ctx, queue, func(d rabbitmq.DeadLetter) error {
		d.Headers, d.Payload = nil, nil
		return s.print(d)
	})
}

func (s session) show(ctx context.Context, queue, id string) error {
	found := false
	err := s.operator.Each(ctx, queue, func(d rabbitmq.DeadLetter) error {
		if d.ID != id {
			return nil
		}
		found = true
		return s.print(d)
	})
	return orUnknown(err, found, id)
}

func (s session) discard(ctx context.Context, queue, id, note string) error {
	found := false
	is := func(d rabbitmq.DeadLetter) bool { return d.ID == id }
	err := s.operator.Discard(ctx, queue, is, func(d rabbitmq.DeadLetter) error {
		found = true
		return s.record("platform.dead_letter.discarded", note, d, nil)
	})
	return orUnknown(err, found, id)
}

func (s session) replay(ctx context.Context, queue, id string, o options) error {
	if o.force {
		o.limit = math.MaxInt64
	}
	found, left := false, false
	err := s.operator.Replay(ctx, queue, rabbitmq.Replay{
		Match: func(d rabbitmq.DeadLetter) bool {
			return o.all || o.kind != "" && d.Type == o.kind || d.ID == id
		},
		Rate: o.rate, Limit: o.limit,
		Done: func(d rabbitmq.DeadLetter, refused error) error {
			found = true
			if refused != nil {
				left = true
				return s.record("platform.dead_letter.refused", "", d, refused)
			}
			return s.record("platform.dead_letter.replayed", "", d, nil)
		},
	})
	switch {
	case err != nil:
		return err
	case left:
		return errRefused
	case id != "":
		return orUnknown(nil, found, id)
	}
	return nil
}

func orUnknown(err error, found bool, id string) error {
	if err == nil && !found {
		return fmt.Errorf("%s: %w", id, errUnknown)
	}
	return err
}
