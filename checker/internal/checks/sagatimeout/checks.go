// Package sagatimeout judges what becomes of a saga whose reply does not come: the timeout monitor undoes a purchase and lets everything
// else fail, reports it, and an operator's command goes on.
package sagatimeout

import "stagecraft/checker/internal/check"

// sagas is the operator's command, sagasSource its directory.
const (
	sagas       = "sagas"
	sagasSource = "order/cmd/sagas"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		scenario("timeout-undo", "a purchase whose reply does not come is undone, whatever was lost on the way", undo),
		scenario("timeout-fail", "a saga that cannot be undone fails when its reply does not come, and then stays as it is", fail),
		scenario("timeout-scan", "a scan moves each stale saga once, and one that cannot be moved stops no other", scan),
		scenario("timeout-gauges", "the gauges show how many sagas are in progress and how many have failed", gauges),
		scenario("saga-report", "the end of a saga is reported once, and only when it is committed", report),
		scenario("saga-resume", "an operator's resume sends the command that the saga waits for again", resume, sagasSource),
	}
}

func scenario(id, sentence string, run func(*check.T), commands ...string) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "saga-timeout", Run: run, Needs: check.Needs{
		Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order", "inventory", "wallet", "gateway"}, Commands: commands,
	}}
}
