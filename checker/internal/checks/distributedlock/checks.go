// Package distributedlock judges a lock in Redis, the watchdog that extends it, and the fencing token by which the database refuses a holder
// that has lost its lock. White-box checks call the learner's packages on a real Redis and a real PostgreSQL; one check runs two replicas.
package distributedlock

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/infra"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		onRedis("lock-one", "TestZZLockOne", "a lock has one holder, and With distinguishes a lock that is taken from a Redis that is down"),
		onRedis("lock-release", "TestZZLockRelease", "a lock is released however the work ends, and no process releases the lock of another"),
		onRedis("lock-token", "TestZZLockToken", "each holder gets a new token after it has the lock"),
		onRedis("lock-watchdog", "TestZZLockWatchdog", "the lock of a living holder does not expire"),
		onRedis("lock-lost", "TestZZLockLost", "the context of the work ends when the lock is lost, or may have expired"),
		onPostgres("fence-next", "TestZZFenceNext", "a token is larger than all before it, also when a clock is set back"),
		onPostgres("fence-refused", "TestZZFenceRefused", "an execution with an older token stores nothing"),
		onPostgres("fence-atomic", "TestZZFenceAtomic", "no newer token is committed between the comparison and the write"),
		{
			ID: "lock-replicas", Sentence: "a report succeeds once, although its holder is frozen, Redis loses the lock, or its holder cannot reach Redis", Topic: "redlock",
			Needs: check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: []string{"order"}}, Timeout: 3 * time.Minute, Run: replicas,
		},
	}
}

func onRedis(id, test, sentence string) check.Check {
	return whiteBox(id, sentence, check.Needs{Redis: true}, "platform/redislock", test, func(l *infra.Lease) string { return l.RedisURL })
}

func onPostgres(id, test, sentence string) check.Check {
	return whiteBox(id, sentence, check.Needs{Postgres: true, Scratch: true}, "order/internal/repository/postgres", test,
		func(l *infra.Lease) string { return l.Databases[check.Scratch] })
}

func whiteBox(id, sentence string, needs check.Needs, pkg, test string, address func(*infra.Lease) string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "redlock", Needs: needs, Timeout: time.Minute, Tests: tests,
		Run: func(t *check.T) { onServer(t, pkg, test, address(t.Lease())) },
	}
}
