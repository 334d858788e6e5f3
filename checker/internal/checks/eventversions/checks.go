// Package eventversions judges events that have two versions: what order publishes, and what its projector reads, while services of
// different ages are at work.
package eventversions

import "stagecraft/checker/internal/check"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	shop, reader := []string{"order", "inventory", "wallet", "gateway"}, []string{"order", "inventory"}
	return []check.Check{
		scenario("versions-written", "order publishes each event in the version that ORDER_EVENT_VERSION names, and says so", written, shop),
		scenario("versions-read", "the projector reads each event by the version of its message, in any order and again", read, reader),
		scenario("versions-unknown", "an event of an unknown version is read as far as it is known, and never lost", unknown, reader),
		scenario("versions-rollout", "a rollout, a rollback and a replay of old messages leave the list of orders right", rollout, shop),
	}
}

func scenario(id, sentence string, run func(*check.T), services []string) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "event-versions", Run: run, Needs: check.Needs{
		Postgres: true, Redis: true, RabbitMQ: true, Services: services,
	}}
}
