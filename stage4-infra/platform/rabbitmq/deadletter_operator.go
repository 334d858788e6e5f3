package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

var (
	// ErrUnknownQueue means that the broker has no dead letters for a queue of this name.
	ErrUnknownQueue = errors.New("no such queue of dead letters")
	// ErrInUse means that another operator works on the queue.
	ErrInUse = errors.New("another operator works on these dead letters")
)

// Operator lists and settles dead letters. One operator at a time works on a queue: two would replay messages of one aggregate out of
// order, and not see what the other one holds. Messages are safe without that, because the broker hands each to one of them.
type Operator struct {
	cfg  Config
	conn *connection
}

// NewOperator returns an Operator with a connection of its own.
func NewOperator(cfg Config) *Operator {
	return &Operator{cfg: cfg, conn: &connection{name: "dead letters", cfg: cfg}}
}

// Close closes the connection. What the operator holds returns to its queue.
func (o *Operator) Close() { o.conn.close() }

// Summary is what list shows of a queue.
type Summary struct {
	Queue       string     `json:"queue"`
	DeadLetters int        `json:"dead_letters"`
	OldestAt    *time.Time `json:"oldest_died_at"`
	OldestAge   string     `json:"oldest_age"`
	InUse       bool       `json:"in_use,omitempty"` // by another operator, so that the oldest is unknown
}

// Summary returns how many dead letters a queue has, and the age of the oldest.
func (o *Operator) Summary(ctx context.Context, queue string) (Summary, error) {
	s := Summary{Queue: queue}
	_, ch, err := o.conn.channel(ctx)
	if err != nil {
		return s, err
	}
	defer ch.Close()
	if s.DeadLetters, err = depth(ch, queue); err != nil || s.DeadLetters == 0 {
		return s, err
	}
	oldest := errors.New("the oldest is enough")
	err = o.Each(ctx, queue, func(d DeadLetter) error {
		s.OldestAt = d.DiedAt
		if d.DiedAt != nil {
			s.OldestAge = time.Since(*d.DiedAt).Round(time.Second).String()
		}
		return oldest
	})
	switch {
	case errors.Is(err, ErrInUse):
		s.InUse = true
	case err != nil && !errors.Is(err, oldest):
		return s, err
	}
	return s, nil
}

// Each shows the dead letters of a queue to see, oldest first, until see returns an error. They stay where they are.
func (o *Operator) Each(ctx context.Context, queue string, see func(d DeadLetter) error) error {
	return o.walk(ctx, queue, func(_ *publisherSession, d amqp.Delivery) error {
		return see(viewOf(queue, d).withContent(d))
	})
}

// Discard deletes the dead letters for which match holds, each after record has kept what it was.
func (o *Operator) Discard(ctx context.Context, queue string, match func(DeadLetter) bool, record func(d DeadLetter) error) error {
	return o.walk(ctx, queue, func(_ *publisherSession, d amqp.Delivery) error {
		v := viewOf(queue, d)
		if !match(v) {
			return nil
		}
		if err := record(v.withContent(d)); err != nil {
			return err
		}
		return d.Ack(false)
	})
}

// all is the delivery tag that means all deliveries.
const all = 0

// errStop ends a walk without an error.
var errStop = errors.New("stop")

// walk takes the dead letters of a queue one after the other and calls visit for each. Those that visit has not acknowledged return to
// their places when the walk ends, or when the process dies. The session publishes on the same channel.
func (o *Operator) walk(ctx context.Context, queue string, visit func(s *publisherSession, d amqp.Delivery) error) error {
	conn, ch, err := o.conn.channel(ctx)
	if err != nil {
		return err
	}
	defer ch.Close()
	// A call that waits for the broker ends with the connection.
	defer context.AfterFunc(ctx, func() { _ = conn.CloseDeadline(time.Now()) })()
	if _, err := depth(ch, queue); err != nil {
		return err
	}
	if err := lock(ch, queue); err != nil {
		return err
	}
	defer unlock(ch, queue)
	// Without this they would return some time after the channel is closed, and the next command would not find them.
	defer func() { _ = ch.Nack(all, true, true) }()
	if err := ch.Confirm(false); err != nil {
		return fmt.Errorf("turn on confirms: %w", err)
	}
	session := newPublisherSession(ch)
	for {
		d, ok, err := ch.Get(DeadLetterQueue(queue), false)
		if err != nil {
			return fmt.Errorf("get a dead letter of %s: %w", queue, errors.Join(err, ctx.Err()))
		}
		if !ok {
			return nil
		}
		if err := visit(session, d); err != nil {
			if errors.Is(err, errStop) {
				return nil
			}
			return err
		}
	}
}

// depth returns the number of dead letters that no operator holds.
func depth(ch *amqp.Channel, queue string) (int, error) {
	state, err := ch.QueueDeclarePassive(DeadLetterQueue(queue), true, false, false, false, nil)
	var refusal *amqp.Error
	if errors.As(err, &refusal) && refusal.Code == amqp.NotFound {
		return 0, fmt.Errorf("%s: %w", DeadLetterQueue(queue), ErrUnknownQueue)
	}
	if err != nil {
		return 0, fmt.Errorf("look at %s: %w", DeadLetterQueue(queue), err)
	}
	return state.Messages, nil
}

// lock declares an exclusive queue: the broker refuses it to other connections, and deletes it with this one.
func lock(ch *amqp.Channel, queue string) error {
	_, err := ch.QueueDeclare(lockOf(queue), false, true, true, false, nil)
	var refusal *amqp.Error
	if errors.As(err, &refusal) && refusal.Code == amqp.ResourceLocked {
		return fmt.Errorf("%s: %w", DeadLetterQueue(queue), ErrInUse)
	}
	return err
}

func unlock(ch *amqp.Channel, queue string) {
	_, _ = ch.QueueDelete(lockOf(queue), false, false, false)
}

func lockOf(queue string) string { return "operator." + DeadLetterQueue(queue) }

// QueueOf returns the queue whose dead letters are meant: an operator may name either of the two.
func QueueOf(name string) string { return strings.TrimPrefix(name, deadLetterPrefix) }
