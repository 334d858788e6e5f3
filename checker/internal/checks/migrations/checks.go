// Package migrations judges a learner's migrations by what they do to a filled database on which the release before still serves.
package migrations

import (
	"time"

	"stagecraft/checker/internal/check"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		judged("migrations-apply", "every migration applies to a filled database, also after a failed attempt", applies),
		judged("migrations-locks", "no migration makes clients of a filled table wait", locks),
		judged("migrations-old-release", "the release before serves until the end of the deploy", oldRelease),
		judged("migrations-complete", "the next release finds what it needs, and no row is lost or invented", complete),
	}
}

func judged(id, sentence string, look func(*check.T, verdict)) check.Check {
	return check.Check{
		ID: id, Topic: "ci-cd", Sentence: sentence, Needs: check.Needs{Scratch: true}, Timeout: 3 * time.Minute,
		Run: func(t *check.T) { look(t, judge(t)) },
	}
}
