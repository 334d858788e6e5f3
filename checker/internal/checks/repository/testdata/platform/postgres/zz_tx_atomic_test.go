package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
)

func TestZZTxAtomic(t *testing.T) {
	db := zztNew(t, 2, zztConfig)
	zztBaseline(db)
	zztOutside(db)
	for _, first := range zztWays {
		for _, second := range zztWays {
			zztInside(db, first.name+", "+second.name, first.insert, second.insert)
		}
	}
	zztError(db)
	zztPanic(db)
	zztIgnored(db)
	zztCommitFails(db)
	zztTwoAtOnce(db)
}

// zztOutside runs statements without a transaction.
func zztOutside(db *zztDB) {
	db.t.Helper()
	for _, way := range zztWays {
		r := zztAwait(db.t, way.name, zztCall(func() error {
			return way.insert(context.Background(), GetDBTX(context.Background(), db.pool), way.name)
		}))
		zztMustPass(db.t, r, "outside", way.name+" without a transaction fails", "most reads of a service run without one")
		db.committed("outside", way.name+" without a transaction is not committed", "most reads of a service run without one", way.name)
		db.clear()
	}
	// A migration changes the type of a column that a prepared statement of the pool reads.
	db.exec(`DROP TABLE counters`)
	db.exec(`CREATE TABLE counters (name text, n int); INSERT INTO counters VALUES ('n', 7)`)
	var n int64
	read := func() error {
		return GetDBTX(context.Background(), db.pool).QueryRow(context.Background(), `SELECT n FROM counters`).Scan(&n)
	}
	zztMustPass(db.t, zztAwait(db.t, "QueryRow", zztCall(read)), "outside", "QueryRow without a transaction fails", "most reads of a service run without one")
	db.exec(`ALTER TABLE counters ALTER COLUMN n TYPE bigint`)
	zztMustPass(db.t, zztAwait(db.t, "QueryRow", zztCall(read)), "outside", "QueryRow without a transaction fails after a migration has changed the type of a column",
		"retryingPool runs such a statement again on a new connection; without it, the migration is a wave of errors")
}

// zztInside runs two statements in a transaction, which fails or not.
func zztInside(db *zztDB, ways string, first, second func(ctx context.Context, db DBTX, name string) error) {
	db.t.Helper()
	for _, outcome := range []error{errZZTRefused, nil} {
		early := false
		r := db.do("WithTx with "+ways, func(ctx context.Context) error {
			if err := first(ctx, GetDBTX(ctx, db.pool), "a"); err != nil {
				return fmt.Errorf("first statement: %w", err)
			}
			if err := second(ctx, GetDBTX(ctx, db.pool), "b"); err != nil {
				return fmt.Errorf("second statement: %w", err)
			}
			early = len(db.names()) > 0
			return outcome
		})
		if early {
			zztFail(db.t, "not-in-tx", "statements in WithTx ("+ways+") are committed one by one", "nothing is visible before the commit",
				"another connection sees a row while the function still runs", "when the next statement fails, half of the work stays")
		}
		if !errors.Is(r.err, outcome) || r.err != nil && outcome == nil {
			zztFail(db.t, "result", "WithTx whose function returns "+fmt.Sprint(outcome), "the same", r.String(), "the caller decides by this error")
		}
		if outcome != nil {
			db.committed("not-rolled-back", "work is kept although the function returned an error ("+ways+")", "the caller was told that nothing was done")
		} else {
			db.committed("not-committed", "work is lost although WithTx returned no error ("+ways+")", "the caller was told that it is done", "a", "b")
		}
		db.returned("a transaction with " + ways)
		db.clear()
	}
}

// zztError looks at the error of a function.
func zztError(db *zztDB) {
	db.t.Helper()
	calls := 0
	r := db.do("WithTx whose function fails", func(ctx context.Context) error {
		calls++
		return fmt.Errorf("buy: %w", errZZTRefused)
	})
	if !errors.Is(r.err, errZZTRefused) || calls != 1 {
		zztFail(db.t, "result", "WithTx whose function fails without a statement", "its error, after one call", fmt.Sprintf("%s, after %d calls", r, calls),
			"the caller decides by this error")
	}
	db.returned("an error")
}

// zztPanic ends the function in other ways than by returning.
func zztPanic(db *zztDB) {
	db.t.Helper()
	const boom = "boom, as a nil map does"
	for range 3 { // a pool of two connections
		r := db.do("WithTx whose function panics", func(ctx context.Context) error {
			if err := db.insert(ctx, "a"); err != nil {
				return err
			}
			panic(boom)
		})
		if r.panicked != boom {
			zztFail(db.t, "panic-lost", "the panic of the function does not reach the caller of WithTx", "a panic: "+boom, r.String(),
				"the interceptor above it logs the stack and counts the panic; an error from here has neither")
		}
		db.returned("a panic")
		db.committed("panic-kept", "work is kept although the function panicked", "half of a purchase stays")
		db.clear()
	}
	for range 3 {
		r := db.do("WithTx whose function ends by runtime.Goexit", func(ctx context.Context) error {
			if err := db.insert(ctx, "a"); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
		if !r.exited {
			zztFail(db.t, "panic-lost", "runtime.Goexit in the function", "the goroutine ends", r.String(), "t.FailNow in a test ends its goroutine like this")
		}
		db.returned("runtime.Goexit, which t.FailNow calls")
		db.committed("panic-kept", "work is kept although the function ended by runtime.Goexit", "half of a purchase stays")
		db.clear()
	}
}

// zztIgnored lets a statement fail whose error the function ignores. PostgreSQL then rolls back, whatever the client says.
func zztIgnored(db *zztDB) {
	db.t.Helper()
	for _, way := range zztWays {
		db.exec(`INSERT INTO things VALUES ('taken')`)
		r := db.do("WithTx whose function ignores an error of "+way.name, func(ctx context.Context) error {
			_ = db.insert(ctx, "a")
			_ = way.insert(ctx, GetDBTX(ctx, db.pool), "taken")
			_ = db.insert(ctx, "b")
			return nil
		})
		if r.err == nil {
			zztFail(db.t, "rolled-back-silently", "WithTx returns no error although PostgreSQL rolled the transaction back",
				"an error: a statement had failed, and the function ignored that", r.String(),
				"COMMIT after a failed statement is a ROLLBACK; only the result of the commit says so")
		}
		db.committed("rolled-back-silently", "work of a transaction with a failed statement", "a failed statement ends the transaction", "taken")
		db.returned("a failed statement")
		db.clear()
	}
}

// zztCommitFails has a constraint that is checked at the commit.
func zztCommitFails(db *zztDB) {
	db.t.Helper()
	db.exec(`INSERT INTO things VALUES ('first', 'same')`)
	calls := 0
	r := db.do("WithTx whose commit fails", func(ctx context.Context) error {
		calls++
		_, err := GetDBTX(ctx, db.pool).Exec(ctx, `INSERT INTO things VALUES ('second', 'same')`)
		return err
	})
	if zztState(r.err) != "23505" {
		zztFail(db.t, "commit-error", "WithTx whose commit fails, because a deferred constraint is violated", "the error of the commit (23505)", r.String(),
			"the caller reports success for work that does not exist")
	}
	if calls != 1 {
		zztFail(db.t, "commit-error", "WithTx whose commit violates a constraint", "one call of the function", fmt.Sprintf("%d calls", calls),
			"a violated constraint is no conflict: it is violated again")
	}
	db.committed("commit-error", "work of a transaction whose commit failed", "the commit failed", "first")
	db.returned("a commit that failed")
	db.clear()
}

// zztTwoAtOnce has two transactions of one manager and a caller without one.
func zztTwoAtOnce(db *zztDB) {
	db.t.Helper()
	inserted, proceed := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithTimeout(context.Background(), 2*zztStuck)
	defer cancel()
	outer := ctx
	first := db.withTx(ctx, func(ctx context.Context) error {
		err := db.insert(ctx, "first")
		close(inserted)
		select {
		case <-proceed:
		case <-ctx.Done():
		}
		return err
	})
	zztAwait(db.t, "the first of two transactions", inserted)
	second := db.do("a second transaction beside an open one", func(ctx context.Context) error {
		if err := db.insert(ctx, "second"); err != nil {
			return err
		}
		return errZZTRefused
	})
	third := zztAwait(db.t, "a statement without a transaction beside an open one", zztCall(func() error { return db.insert(outer, "third") }))
	close(proceed)
	r := zztAwait(db.t, "the first of two transactions", first)
	if !errors.Is(second.err, errZZTRefused) || third.err != nil || r.err != nil {
		zztFail(db.t, "shared", "two transactions at once disturb each other", "the second is rolled back, the first committed",
			fmt.Sprintf("first: %s; second: %s; a statement without a transaction: %s", r, second, third),
			"a manager serves all requests: what belongs to one transaction lives in its context")
	}
	db.committed("shared", "of two transactions at once the second was rolled back, and a third statement had none",
		"a manager serves all requests: what belongs to one transaction lives in its context", "first", "third")
	db.returned("two transactions at once")
	db.clear()
}
