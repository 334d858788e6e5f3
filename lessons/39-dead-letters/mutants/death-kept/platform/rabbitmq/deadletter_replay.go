package rabbitmq

import (
	amqp "github.com/rabbitmq/amqp091-go"
)

func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	m := copyOf(d)
	m.Headers[headerReplays] = number(d.Headers, headerReplays) + 1
	m.Headers[headerReplayRun] = run
	return m
}
