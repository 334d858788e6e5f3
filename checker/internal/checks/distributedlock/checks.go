// Package distributedlock judges a lock in Redis that keeps a second process away, the watchdog that extends it, and the fencing token by
// which the database refuses a holder that has lost it. The parts are judged in their own packages, on a real Redis and a real PostgreSQL;
// what two replicas make of them from outside.
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
		onRedis("lock-one", "TestZZLockOne", "a lock has one holder, and With tells one that is taken from a Redis that is down"),
		onRedis("lock-release", "TestZZLockRelease", "a lock is released however the work ends, and no process releases that of another"),
		onRedis("lock-token", "TestZZLockToken", "each holder gets a new token, when it has the lock and not earlier"),
		onRedis("lock-watchdog", "TestZZLockWatchdog", "the lock of a living holder does not expire"),
		onRedis("lock-lost", "TestZZLockLost", "a holder that has lost its lock, or may have, is told to stop"),
		onPostgres("fence-next", "TestZZFenceNext", "a token is larger than all before it, whatever the clock says"),
		onPostgres("fence-refused", "TestZZFenceRefused", "the database refuses what an older token stores"),
		onPostgres("fence-atomic", "TestZZFenceAtomic", "no newer token comes between the comparison and the write"),
		{
			ID: "lock-replicas", Sentence: "a report is stored once, although its holder is frozen, or Redis forgets the lock, or is away", Topic: "redlock",
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
