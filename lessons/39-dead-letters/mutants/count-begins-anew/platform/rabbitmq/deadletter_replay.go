package rabbitmq

import (
	"maps"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"
)

func replayOf(d amqp.Delivery, run string) amqp.Publishing {
	m := copyOf(d)
	maps.DeleteFunc(m.Headers, func(name string, _ any) bool {
		return strings.HasPrefix(name, "dead_") || name == "x-death" ||
			strings.HasPrefix(name, "x-first-death-") || strings.HasPrefix(name, "x-last-death-")
	})
	m.Headers[headerReplays] = number(m.Headers, headerReplays) + 1
	m.Headers[headerReplayRun] = run
	return m
}
