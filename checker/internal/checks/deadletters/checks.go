// Package deadletters judges how messages that cannot be handled leave their queue, what the broker does with them when it has to move them
// itself, and how cmd/dlq returns them.
package deadletters

import "stagecraft/checker/internal/check"

// dlq is the operator's command, dlqSource its directory.
const (
	dlq       = "dlq"
	dlqSource = "platform/rabbitmq/cmd/dlq"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		consumer("dead-limit", "the broker moves a message that no consumer ever answers to its dead letters after six deliveries", limit),
		consumer("dead-kept", "the broker keeps a message as long as its dead letters cannot take it", kept),
		consumer("dead-reason", "poison becomes a dead letter with its reason while other messages pass, and a failure that passes does not", reasons),
		consumer("dead-move", "a message leaves its queue only when its dead letter is confirmed", move),
		operator("replay-safe", "a replay acknowledges a dead letter after its copy is confirmed: killed halfway and run again, it loses nothing", safe),
		operator("replay-message", "a replayed message is what it was before it died, and counts its replays", message),
		operator("replay-selects", "a replay returns what was asked for, in order, at its rate, and ends at what has died again", selects),
	}
}

func consumer(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "dead-letters", Run: run, Needs: check.Needs{
		Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"wallet"},
	}}
}

func operator(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "dead-letters", Run: run, Needs: check.Needs{
		RabbitMQ: true, Commands: []string{dlqSource},
	}}
}
