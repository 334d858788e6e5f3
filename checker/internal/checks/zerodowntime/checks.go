// Package zerodowntime judges a change of a table in three deploys: the migrations by what they do to a filled table, the backfill as a
// program that is held up, stopped and killed, and all of it together while three releases serve on one database.
package zerodowntime

import (
	"time"

	"stagecraft/checker/internal/check"
)

const (
	service = "inventory"
	program = "inventory/cmd/backfill"
	// patience is how long the checks wait for something that takes milliseconds on an idle machine.
	patience = 20 * time.Second
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	onTable := check.Needs{Scratch: true}
	withBackfill := check.Needs{Scratch: true, Commands: []string{program}}
	wholeShop := check.Needs{Scratch: true, Services: []string{service}, Commands: []string{program}}
	return []check.Check{
		judged("deploy-load", "three releases serve under load through all three deploys, and no request fails", wholeShop, underLoad),
		judged("deploy-expand", "the expand migrations make no client of a filled table wait, and the release before still works", onTable, expand),
		judged("deploy-contract", "the contract migrations require the column without reading the table under a lock", onTable, contract),
		judged("deploy-too-early", "the contract migrations refuse a table that is not filled, and change nothing", onTable, tooEarly),
		judged("backfill-batches", "the backfill commits batches of BACKFILL_BATCH rows, pauses without a lock, and stops when asked", withBackfill, batches),
		judged("backfill-exact", "the backfill gives each row without a total the right one, and changes nothing else", withBackfill, exact),
		judged("backfill-resumes", "a backfill that was killed is run again and does what is left", withBackfill, resumes),
	}
}

func judged(id, sentence string, needs check.Needs, run func(*check.T)) check.Check {
	return check.Check{ID: id, Topic: "zero-downtime-migration", Sentence: sentence, Needs: needs, Timeout: 2 * time.Minute, Run: run}
}
