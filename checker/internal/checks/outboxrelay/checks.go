// Package outboxrelay judges a relay by what arrives at the consumer and by the columns of outbox_events that the lesson names, while confirms
// are held, messages are refused, relays are killed and frozen, and transactions commit late.
package outboxrelay

import "stagecraft/checker/internal/check"

// The wallet stands for all services: the outbox is the same in each, and the checks write its rows themselves.
var needs = check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: []string{wallet}}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		scenario("relay-confirm", "an event is sent when the broker has confirmed it, and the next of its aggregate waits for that", confirm),
		scenario("relay-batch", "the aggregates of a batch are in flight together, and a batch is marked with one statement", batch),
		scenario("relay-refused", "an event that the broker refuses is published again after pauses, and fails in the end", refused),
		scenario("relay-poison", "an event that the broker refuses stops its own aggregate and no other", poison),
		scenario("relay-away", "a broker that cannot be reached costs no retry", away),
		scenario("relay-crash", "a relay that is killed between publish and mark loses nothing", crash),
		scenario("relay-late-commit", "an event that commits late is not lost", lateCommit),
		scenario("relay-order", "two relays keep the order of every aggregate and send each event once", order),
		scenario("relay-frozen", "a relay that was frozen past its lease marks nothing", frozen),
	}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "outbox-relay", Needs: needs, Run: run}
}
