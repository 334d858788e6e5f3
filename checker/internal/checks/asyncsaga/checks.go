// Package asyncsaga judges sagas that replies drive: what each message does to the saga, its order and the
// next command, and what is left of
// money and stock when messages are held, doubled and reordered, the buyer cancels and order is killed.
package asyncsaga

import "stagecraft/checker/internal/check"

var needs = check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order", "inventory", "wallet", "gateway"}}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		scenario("async-saga-replies",
			"a reply moves its saga by one step, and a refusal undoes the purchase or lets the saga fail", replies),
		scenario("async-saga-undo",
			"what is done or uncertain is undone in reverse, one command at a time, and the order is cancelled at the end", undo),
		scenario("async-saga-stray", "a reply that the saga does not wait for changes nothing", stray),
		scenario("async-saga-cancel", "a buyer can cancel at any moment before the shipment and gets everything back", cancel),
		scenario("async-saga-race", "of replies and cancellations that meet, each is applied to what the one before it has left", race),
		scenario("async-saga-crash", "a crash of order between any two messages loses nothing", crash),
	}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "async-saga", Needs: needs, Run: run}
}
