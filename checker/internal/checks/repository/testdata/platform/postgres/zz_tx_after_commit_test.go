package postgres

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

func TestZZTxAfterCommit(t *testing.T) {
	db := zztNew(t, 1, zztConfig)
	zztBaseline(db)
	zztAfterOuterCommit(db)
	zztAfterNoCommit(db)
	zztAfterRerun(db)

	ran := false
	AfterCommit(context.Background(), func(context.Context) { ran = true })
	if !ran {
		zztFail(t, "no-transaction", "AfterCommit without a transaction", "the function runs at once", "it has not run when AfterCommit returns",
			"each statement without a transaction commits by itself, so there is nothing to wait for")
	}
}

// zztAfterOuterCommit registers functions in the outer and in a nested transaction.
func zztAfterOuterCommit(db *zztDB) {
	db.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), zztKey{}, "trace"), 2*zztStuck)
	defer cancel()
	var calls []string
	var early, late []string
	var value any
	var inTx zztResult
	register := func(ctx context.Context, name string) {
		AfterCommit(ctx, func(ctx context.Context) {
			calls = append(calls, name)
			if len(calls) > 1 {
				return
			}
			value = ctx.Value(zztKey{})
			late = db.names()
			short, cancel := context.WithTimeout(ctx, zztStuck/2) // the pool has one connection
			defer cancel()
			inTx.err = db.m.WithTx(short, func(ctx context.Context) error { return db.insert(ctx, "later") })
		})
	}
	r := zztAwait(db.t, "WithTx with AfterCommit", db.withTx(ctx, func(ctx context.Context) error {
		register(ctx, "outer")
		err := db.nested(ctx, func(ctx context.Context) error {
			register(ctx, "nested")
			return db.insert(ctx, "a")
		})
		register(ctx, "last")
		early = slices.Clone(calls)
		return err
	}))
	zztMustPass(db.t, r, "result", "WithTx with AfterCommit", "what runs after the commit does not change its outcome")
	const why = "what is announced before the commit is announced even if the commit fails"
	if len(early) > 0 {
		zztFail(db.t, "early", "a function of AfterCommit runs before the function of WithTx has returned", "after the commit of the outer transaction", fmt.Sprintf("ran already: %v", early), why)
	}
	if want := []string{"outer", "nested", "last"}; !slices.Equal(calls, want) {
		zztFail(db.t, "order", "the functions of AfterCommit do not run once each in the order of registration", fmt.Sprint(want), fmt.Sprint(calls),
			"events of one order must come in the order in which they happened")
	}
	if !slices.Equal(late, []string{"a"}) {
		zztFail(db.t, "early", "a function of AfterCommit runs before the work is committed", zztRows([]string{"a"}), zztRows(late), why)
	}
	if value != "trace" {
		zztFail(db.t, "values", "the context of a function of AfterCommit has lost the values of the caller's", "they are there", fmt.Sprint(value), "the trace and the logger are values")
	}
	if inTx.err != nil {
		zztFail(db.t, "finished-tx", "a function of AfterCommit cannot begin a transaction", "its context has none any more, and the connection is free", inTx.String(),
			"in a finished transaction every statement fails")
	}
	db.committed("finished-tx", "a function of AfterCommit has committed a transaction of its own", "WithTx in it returned no error", "a", "later")
	db.returned("functions of AfterCommit")
	db.clear()
}

// zztAfterNoCommit registers functions in transactions that are rolled back.
func zztAfterNoCommit(db *zztDB) {
	db.t.Helper()
	db.exec(`INSERT INTO things VALUES ('first', 'same')`)
	for _, end := range []struct {
		name string
		fn   func(ctx context.Context, cancel func()) error
	}{
		{"the function returns an error", func(context.Context, func()) error { return errZZTRefused }},
		{"the function panics", func(context.Context, func()) error { panic("boom") }},
		{"the caller has left", func(_ context.Context, cancel func()) error { cancel(); return nil }},
		{"the commit fails", func(ctx context.Context, _ func()) error {
			_, err := GetDBTX(ctx, db.pool).Exec(ctx, `INSERT INTO things VALUES ('second', 'same')`)
			return err
		}},
		{"a nested function failed, and its error was ignored", func(ctx context.Context, _ func()) error {
			_ = db.nested(ctx, func(context.Context) error { return errZZTRefused })
			return nil
		}},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 2*zztStuck)
		ran := false
		r := zztAwait(db.t, "WithTx in which "+end.name, db.withTx(ctx, func(ctx context.Context) error {
			AfterCommit(ctx, func(context.Context) { ran = true })
			return end.fn(ctx, cancel)
		}))
		cancel()
		if ran {
			zztFail(db.t, "without-commit", "a function of AfterCommit runs although nothing is committed: "+end.name, "it never runs", "it ran; WithTx ended with "+r.String(),
				"the event announces an order that does not exist")
		}
		db.returned("a transaction in which " + end.name)
	}
	db.clear()
}

// zztAfterRerun has a conflict in the first run.
func zztAfterRerun(db *zztDB) {
	db.t.Helper()
	var calls []int
	run := 0
	r := db.do("WithTx whose first run has a conflict", func(ctx context.Context) error {
		run++
		this := run
		AfterCommit(ctx, func(context.Context) { calls = append(calls, this) })
		if run == 1 {
			return ErrStale
		}
		return nil
	})
	zztMustPass(db.t, r, "rerun", "WithTx whose first run ends with ErrStale", "the second run succeeded")
	if !slices.Equal(calls, []int{2}) {
		zztFail(db.t, "rerun", "functions of AfterCommit after a rerun", "only that of run 2, which was committed", fmt.Sprintf("those of the runs %v", calls),
			"what the first run registered belongs to work that was rolled back")
	}
}
