// Package images judges a learner's Dockerfile by the images that it makes: their files, their configuration, and what a second build does.
package images

import (
	"time"

	"stagecraft/checker/internal/check"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		judged("images-valid", "BuildKit builds all six images, and its linter finds nothing", valid),
		judged("images-contents", "an image has its program, certificates and time zones, and nothing else", contents),
		judged("images-user", "the program runs as a user who is not root and cannot change it", user),
		judged("images-start", "the program is the first process, and a signal reaches it", start),
		judged("images-origin", "it is known which bases and which commit an image is made of", origin),
		judged("images-secrets", "no secret is sent to the builder or stays in a layer", secrets),
		judged("images-cache", "a change downloads and compiles only what depends on it", caches),
		judged("images-reproducible", "two builds of one commit give the same programs", reproducible),
		judged("images-platforms", "an image for another processor is compiled without emulation", platforms),
	}
}

func judged(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Topic: "images", Sentence: sentence, Timeout: 6 * time.Minute, Run: run}
}
