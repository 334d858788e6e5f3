// Package readmodel judges a read model of lists: its writer, its rebuild beside the traffic, and how buyers see what they have just written. The
// tests run in the learner's packages, on a real PostgreSQL and a real Redis.
package readmodel

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
		onPostgres("readmodel-merge", "TestZZReadModelMerge", "changes in any order, repeated and at the same time, lead to the same row"),
		onPostgres("readmodel-generations", "TestZZReadModelGenerations", "a generation is built beside the one that is shown, from the orders and what was known of their payments"),
		onPostgres("readmodel-rebuild", "TestZZReadModelRebuild", "a rebuild copies every order before it shows anything, and can be stopped and run again"),
		onPostgres("readmodel-open", "TestZZReadModelOpen", "a rebuild loses no change and shows no wrong page while the shop is open"),
		whiteBox("readmodel-flag", "TestZZReadModelFlag", "a flag says for a short time that a buyer has written, and says so also when Redis does not answer",
			check.Needs{Redis: true}, "order/internal/repository/redis", func(l *infra.Lease) string { return l.RedisURL }),
		whiteBox("readmodel-own-writes", "TestZZReadModelOwnWrites", "buyers see what they have written",
			check.Needs{}, "order/internal/usecase", func(*infra.Lease) string { return "" }),
	}
}

func onPostgres(id, test, sentence string) check.Check {
	return whiteBox(id, test, sentence, check.Needs{Scratch: true}, "order/internal/repository/postgres",
		func(l *infra.Lease) string { return l.Databases[check.Scratch] })
}

func whiteBox(id, test, sentence string, needs check.Needs, pkg string, address func(*infra.Lease) string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "cqrs", Needs: needs, Timeout: 2 * time.Minute, Tests: tests,
		Run: func(t *check.T) {
			if !needs.Servers() {
				t.GoTest(pkg, test)
				return
			}
			onServer(t, pkg, test, address(t.Lease()))
		},
	}
}
