// Package cache judges a cache in front of a loader: many callers at once, contexts that end, changes while a value is loaded, and a Redis
// that fails. The parts of the loader are judged in its own package, on a real Redis; what the shop makes of them from outside.
package cache

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("cache-stampede", "TestZZCacheStampede", "callers that miss the same value share one load"),
		whiteBox("cache-context", "TestZZCacheContext", "a caller that leaves ends its own wait and no other's"),
		whiteBox("cache-stale", "TestZZCacheStale", "a value from before a change does not come back after Delete"),
		whiteBox("cache-errors", "TestZZCacheErrors", "an error is returned and never cached"),
		whiteBox("cache-missing", "TestZZCacheMissing", "that a value does not exist is remembered for a short time"),
		whiteBox("cache-redis", "TestZZCacheRedis", "without Redis the cache is slower and not broken"),
		{
			ID: "cache-shop", Sentence: "the shop sells at the price of the catalogue, with and without Redis", Topic: "cache",
			Needs: check.Needs{
				Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order", "inventory", "wallet", "gateway"},
			},
			Run: prices,
		},
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "cache", Needs: check.Needs{Redis: true}, Timeout: time.Minute, Tests: tests,
		Run: func(t *check.T) { onRedis(t, "platform/cache", test) },
	}
}
