// Package retries judges which calls between services are repeated, how often, and how much load that adds to a service that fails.
package retries

import "stagecraft/checker/internal/check"

// Checks returns the checks of the topic. The review is graded by package written.
func Checks() []check.Check {
	return []check.Check{
		scenario("retries-once", "a call that changes something and has no idempotency key is made once", once, "order", "inventory", "gateway"),
		scenario("retries-policy", "a call that may be repeated is repeated when it can help, a few times and with growing pauses", policy,
			"inventory", "gateway"),
		scenario("retries-throttling", "a service of which half of the calls fail gets at most a tenth more calls", throttling,
			"inventory", "wallet", "gateway"),
		scenario("retries-layers", "one request makes three calls to the service that fails, in however many layers", layers,
			"order", "inventory", "gateway"),
	}
}

func scenario(id, sentence string, run func(*check.T), services ...string) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: "retry-policy", Needs: check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: services}, Run: run,
	}
}
