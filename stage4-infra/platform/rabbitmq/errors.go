package rabbitmq

import (
	"errors"
	"fmt"
)

var (
	// ErrUnroutable means that no queue is bound to the type of the message. The broker has returned it.
	ErrUnroutable = errors.New("no queue takes this message")
	// ErrNacked means that a queue refused the message, because it is full or failing.
	ErrNacked = errors.New("a queue refused the message")
	// ErrClosed means that there is no connection, or that it was lost before the broker confirmed the message, which may be in the queues.
	ErrClosed = errors.New("no connection to RabbitMQ")
	// ErrReplayLimit means that a dead letter, or an earlier one of its aggregate, was replayed too often.
	ErrReplayLimit = errors.New("replayed too often")
	// ErrBlocked is an ErrClosed: the broker is short of memory or disk and takes no messages at the moment.
	ErrBlocked = fmt.Errorf("%w: the broker blocks publishers", ErrClosed)
)
