package rabbitmq

import (
	"maps"
	"strings"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
)

func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	m := copyOf(d)
	m.MessageId = uuid.NewString()
	maps.DeleteFunc(m.Headers, func(name string, _ any) bool {
		return strings.HasPrefix(name, "dead_") || name == "x-death" ||
			strings.HasPrefix(name, "x-first-death-") || strings.HasPrefix(name, "x-last-death-")
	})
	m.Headers[headerReplays] = number(d.Headers, headerReplays) + 1
	m.Headers[headerReplayRun] = run
	return m
}
