package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestZZTxNested(t *testing.T) {
	db := zztNew(t, 1, zztConfig) // a second transaction would wait for a second connection
	zztBaseline(db)
	zztJoins(db)
	zztOuterFails(db)
	for name, fail := range map[string]func() error{
		"an error": func() error { return errZZTRefused },
		"a panic":  func() error { panic("boom") },
	} {
		zztInnerFails(db, name, fail)
	}
	zztInnerConflict(db)
}

// nested calls WithTx inside of a transaction, without waiting for a connection that will never come.
func (db *zztDB) nested(ctx context.Context, fn func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, zztStuck/2)
	defer cancel()
	return db.m.WithTx(ctx, fn)
}

func zztJoins(db *zztDB) {
	db.t.Helper()
	var early []string
	seen := 0
	r := db.do("WithTx in WithTx in WithTx", func(ctx context.Context) error {
		if err := db.insert(ctx, "a"); err != nil {
			return err
		}
		err := db.nested(ctx, func(ctx context.Context) error {
			if err := GetDBTX(ctx, db.pool).QueryRow(ctx, `SELECT count(*) FROM things`).Scan(&seen); err != nil {
				return err
			}
			if err := db.nested(ctx, func(ctx context.Context) error { return db.insert(ctx, "b") }); err != nil {
				return err
			}
			return db.insert(ctx, "c")
		})
		if err != nil {
			return fmt.Errorf("nested: %w", err)
		}
		early = db.names()
		return db.insert(ctx, "d")
	})
	if r.err != nil || r.panicked != nil {
		zztFail(db.t, "second-connection", "a nested transaction fails on a pool of one connection", "it runs on the connection of the outer one", r.String(),
			"ten requests that each hold one connection and wait for a second one stop a pool of ten forever")
	}
	if seen != 1 {
		zztFail(db.t, "separate", "a nested transaction does not see the rows of the outer one", "1 row", fmt.Sprintf("%d rows", seen),
			"both are one piece of work: the inner function decides by what the outer one wrote")
	}
	if len(early) > 0 {
		zztFail(db.t, "inner-commits", "a nested transaction commits before the outer one has ended", "nothing is committed yet", zztRows(early),
			"when the outer function fails after that, half of its work stays")
	}
	db.committed("not-committed", "an outer transaction with nested ones has returned no error", "the caller was told that it is done", "a", "b", "c", "d")
	db.returned("nested transactions")
	db.clear()
}

func zztOuterFails(db *zztDB) {
	db.t.Helper()
	r := db.do("WithTx in WithTx", func(ctx context.Context) error {
		if err := db.nested(ctx, func(ctx context.Context) error { return db.insert(ctx, "a") }); err != nil {
			return err
		}
		return errZZTRefused
	})
	if !errors.Is(r.err, errZZTRefused) {
		zztFail(db.t, "result", "the outer function fails after a nested one", "its error", r.String(), "the caller decides by this error")
	}
	db.committed("inner-commits", "the work of a nested function is kept although the outer one failed", "both are one piece of work")
	db.returned("nested transactions")
	db.clear()
}

// zztInnerFails lets the nested function fail. Its caller returns the error, or ignores it.
func zztInnerFails(db *zztDB, name string, fail func() error) {
	db.t.Helper()
	failing := func(ctx context.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = errZZTRefused
			}
		}()
		return db.nested(ctx, func(ctx context.Context) error {
			if err := db.insert(ctx, "half"); err != nil {
				return err
			}
			return fail()
		})
	}
	works := func(ctx context.Context) error { return db.nested(ctx, func(context.Context) error { return nil }) }
	const why = "the nested function stopped halfway: its caller does not know what of it is in the transaction"

	r := db.do("a nested transaction that fails", failing)
	if !errors.Is(r.err, errZZTRefused) {
		zztFail(db.t, "result", "the outer function returns the error of a nested one ("+name+")", "the same error", r.String(), "the caller decides by this error")
	}
	db.committed("half", "work of a nested function that failed is committed", why)
	for _, ignores := range []struct {
		failure, what string
		do            func(ctx context.Context)
	}{
		{"half", "a nested function ends with " + name + ", and the outer one goes on as if nothing had happened", func(ctx context.Context) { _ = failing(ctx) }},
		{"forgotten", "a nested function ends with " + name + ", a second one succeeds, and the outer one returns nil", func(ctx context.Context) {
			_ = failing(ctx)
			_ = works(ctx)
		}},
		{"forgotten", "a nested function ends with " + name + " inside a nested one that ignores it and succeeds, and the outer one returns nil", func(ctx context.Context) {
			_ = db.nested(ctx, func(ctx context.Context) error {
				_ = failing(ctx)
				return nil
			})
		}},
	} {
		r := db.do(ignores.what, func(ctx context.Context) error {
			if err := db.insert(ctx, "outer"); err != nil {
				return err
			}
			ignores.do(ctx)
			return nil
		})
		db.committed(ignores.failure, ignores.what+": it is committed", why)
		if !errors.Is(r.err, ErrRollbackOnly) {
			zztFail(db.t, ignores.failure, ignores.what, "ErrRollbackOnly", r.String(), why)
		}
		db.returned("a nested transaction that failed")
		db.clear()
	}
}

// zztInnerConflict has a conflict in the nested function: what runs again is the outer one.
func zztInnerConflict(db *zztDB) {
	db.t.Helper()
	outer, inner := 0, 0
	r := db.do("a nested transaction with a conflict", func(ctx context.Context) error {
		outer++
		if err := db.insert(ctx, "outer"); err != nil {
			return err
		}
		return db.nested(ctx, func(ctx context.Context) error {
			inner++
			if err := db.insert(ctx, "inner"); err != nil {
				return err
			}
			if inner == 1 {
				return fmt.Errorf("save: %w", ErrStale)
			}
			return nil
		})
	})
	const what = "a nested function ends with ErrStale in its first run"
	if outer != 2 || inner != 2 {
		zztFail(db.t, "inner-rerun", what, "the outer function runs again as a whole: 2 calls of each", fmt.Sprintf("%d calls of the outer, %d of the inner function", outer, inner),
			"the outer function has decided by rows that are stale now, and the transaction still holds what the first run wrote")
	}
	zztMustPass(db.t, r, "inner-rerun", what+" and succeeds in its second", "a conflict is over when the transaction has run again")
	db.committed("inner-rerun", what, "the second run succeeded", "inner", "outer")
	db.returned("a nested transaction with a conflict")
	db.clear()
}
