// Package idempotency judges repeated requests: later, concurrently, with another body, and after a crash.
package idempotency

import "stagecraft/checker/internal/check"

var needs = check.Needs{Postgres: true, Services: []string{"order", "inventory", "wallet", "gateway"}}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		scenario("idempotency-repeated", "a repeated request has one effect and always the same answer", repeated),
		scenario("idempotency-concurrent", "requests with one key that arrive together have one effect", concurrent),
		scenario("idempotency-other-body", "a key that was used for another request is refused, and nothing happens", otherBody),
		scenario("idempotency-crash", "a crash between the effect and its answer is repaired by repeating the request", crash),
		scenario("idempotency-atomic", "the effect and its record are stored together, or neither is", atomic),
	}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "idempotency", Needs: needs, Run: run}
}
