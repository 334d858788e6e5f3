// Package repository judges transactions, their reruns after conflicts, and a repository with an optimistic lock. The tests run in the
// learner's packages, on a real PostgreSQL.
package repository

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

const (
	transactions = "platform/postgres"
	orders       = "order/internal/repository/postgres"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("tx-atomic", transactions, "TestZZTxAtomic", "a transaction is committed whole or rolled back whole, and gives its connection back"),
		whiteBox("tx-nested", transactions, "TestZZTxNested", "a nested transaction joins the outer one, and its failure cannot be committed"),
		whiteBox("tx-context", transactions, "TestZZTxContext", "a caller that leaves gets no commit, cuts no commit short and costs no connection"),
		whiteBox("tx-after-commit", transactions, "TestZZTxAfterCommit", "what waits for the commit runs after it, once, and never without it"),
		whiteBox("tx-retry", transactions, "TestZZTxRetry", "after a conflict, and only then, the whole transaction runs again, a few times"),
		whiteBox("order-save", orders, "TestZZOrderSave", "an order is stored whole, a stale one is refused, and a missing one is not a stale one"),
		whiteBox("order-writers", orders, "TestZZOrderWriters", "of fifty writers at once none loses the update of another"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "data-layer", Needs: check.Needs{Scratch: true}, Timeout: time.Minute, Tests: tests,
		Run: func(t *check.T) { onPostgres(t, pkg, test) },
	}
}
