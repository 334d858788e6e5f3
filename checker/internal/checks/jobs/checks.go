// Package jobs judges a runner that does each window of a job once, its schedule, its lock in Redis, its history in PostgreSQL, and the
// backfill of windows that were missed. The tests run in the learner's packages, most of them on fakes and with time of their own.
package jobs

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
		whiteBox("jobs-once", "platform/job", "TestZZJobsOnce", "three replicas run a window once, also when Redis loses the lock"),
		whiteBox("jobs-crash", "platform/job", "TestZZJobsCrash", "a window whose process died is run again, and a late end of the first run does not count"),
		whiteBox("jobs-not-started", "platform/job", "TestZZJobsNotStarted", "a run that cannot begin runs nothing, says why, and keeps no lock"),
		whiteBox("jobs-end", "platform/job", "TestZZJobsEnd", "however a run ends, its row says so, its lock is released, and it is counted once"),
		whiteBox("jobs-schedule", "platform/worker", "TestZZJobsSchedule", "a schedule ticks in UTC, and the newest window is tried until it is done"),
		onServer("jobs-lock", "platform/worker", "TestZZJobsLock", "a lock has one holder, expires, and is released only by its holder",
			check.Needs{Redis: true}, func(l *infra.Lease) string { return l.RedisURL }),
		onServer("jobs-history", "order/internal/repository/postgres", "TestZZJobsHistory", "the history has one execution of a window that runs or has succeeded",
			check.Needs{Postgres: true, Scratch: true}, func(l *infra.Lease) string { return l.Databases[check.Scratch] }),
		whiteBox("jobs-days", "order/internal/query", "TestZZJobsDays", "days are days in UTC, whatever the zone of the machine and of the clock"),
		whiteBox("jobs-backfill", "order/internal/usecase", "TestZZJobsBackfill", "a backfill runs each window in turn, and says what became of each"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "jobs", Tests: tests(), Run: check.GoTest(pkg, test)}
}

func onServer(id, pkg, test, sentence string, needs check.Needs, address func(*infra.Lease) string) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: "jobs", Needs: needs, Timeout: 2 * time.Minute, Tests: tests(),
		Run: func(t *check.T) { passAddress(t, pkg, test, address(t.Lease())) },
	}
}

func tests() fs.FS {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return tests
}
