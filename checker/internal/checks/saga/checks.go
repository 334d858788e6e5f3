// Package saga judges what is left of a purchase that was struck at any point of its way: money and stock, the order, the answer.
package saga

import "stagecraft/checker/internal/check"

var needs = check.Needs{Postgres: true, Services: []string{"order", "inventory", "wallet", "gateway"}}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		scenario("saga-step-crash", "a crash before, during or after any step ends in a paid order or in nothing", stepCrash),
		scenario("saga-timeout", "a step that timed out is treated as one that may have happened", timedOut),
		scenario("saga-undo", "what may have happened is undone at once, the last first, and the order is cancelled when all of it is", undo),
		scenario("saga-undo-crash", "a crash before, during or after any compensation loses nothing and gives nothing back twice", undoCrash),
		scenario("saga-two-scanners", "of two scanners that see the same stale saga, one works it", twoScanners),
		scenario("saga-overtaken", "a driver whose saga was taken over changes nothing any more", overtaken),
	}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "sync-saga", Needs: needs, Run: run}
}
