// Package eventsourcing judges a ledger: its fold, appends with an expected version, snapshots, and the rebuild that proves them. The tests run
// in the learner's package, on a real PostgreSQL.
package eventsourcing

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

const wallets = "wallet/internal/repository/postgres"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("ledger-fold", "TestZZLedgerFold", "a balance is the fold of all entries, and a ledger with a gap or a wrong sum is refused"),
		whiteBox("ledger-append", "TestZZLedgerAppend", "an entry is appended at the expected version only, together with the balance"),
		whiteBox("ledger-writers", "TestZZLedgerWriters", "of concurrent writers none loses an entry, and each decides on the newest balance"),
		whiteBox("ledger-snapshots", "TestZZLedgerSnapshots", "a long ledger is folded from its snapshot on, and a new snapshot is stored in time"),
		whiteBox("ledger-damage", "TestZZLedgerDamage", "a wrong snapshot is replaced and never used, and a broken ledger is refused"),
		whiteBox("ledger-rebuild", "TestZZLedgerRebuild", "the rebuild compares every wallet, repairs only what it may, and proves equality"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "event-sourcing", Needs: check.Needs{Scratch: true}, Timeout: 2 * time.Minute, Tests: tests,
		Run: func(t *check.T) { onPostgres(t, wallets, test) },
	}
}
