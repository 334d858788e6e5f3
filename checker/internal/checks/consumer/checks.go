// Package consumer judges how services take messages from the broker: what becomes of each delivery, when it is acknowledged, how many are
// taken at a time, and what is left after a lost connection, a crash and a stop.
package consumer

import "stagecraft/checker/internal/check"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		scenario("consumer-outcome", "a message that no repetition helps is a dead letter at once, any other failure is repeated", "wallet", outcomes),
		scenario("consumer-ack", "a message is acknowledged after its effect is committed, and by itself", "wallet", acks),
		scenario("consumer-window", "a consumer takes no more than its prefetch, and a slow message holds up no other", "wallet", window),
		scenario("consumer-reconnect", "a lost connection, a broker that is down and a deleted queue lose and double nothing", "wallet", reconnect),
		scenario("consumer-drain", "a stop takes no more messages, and finishes and acknowledges those in progress", "wallet", drain),
		scenario("consumer-inbox", "a message and its effect are recorded in one transaction, so that a repetition has no effect", "order", inbox),
	}
}

func scenario(id, sentence, service string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "consumer", Run: run, Needs: check.Needs{
		Postgres: true, Redis: true, RabbitMQ: true, Services: []string{service},
	}}
}
