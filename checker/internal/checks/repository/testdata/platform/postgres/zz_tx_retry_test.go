package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/errs"
)

func TestZZTxRetry(t *testing.T) {
	db := zztNew(t, 1, zztConfig)
	zztBaseline(db)
	zztConflicts(db)
	zztBusiness(db)
	zztGivesUp(db)
	zztPauses(db)
	zztPauseHoldsNothing(db)
	zztJitter(t)
	zztStalePlan(t)
	zztUnavailable(db)
}

// conflicting makes fn fail in the first n runs. raise fails with a state of the server's own.
func zztRaise(ctx context.Context, db *zztDB, state string) error {
	_, err := GetDBTX(ctx, db.pool).Exec(ctx, fmt.Sprintf(`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '%s'; END $$`, state))
	return err
}

// zztConflicts has each kind of conflict once. The next run succeeds.
func zztConflicts(db *zztDB) {
	db.t.Helper()
	db.exec(`INSERT INTO counters VALUES ('n', 0)`)
	db.exec(`CREATE OR REPLACE FUNCTION zz_conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`)
	db.exec(`CREATE TABLE once (n int)`)
	db.exec(`CREATE CONSTRAINT TRIGGER zz_conflict AFTER INSERT ON once DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zz_conflict()`)
	for _, c := range []struct {
		failure, name string
		conflict      func(ctx context.Context, run int) error
	}{
		{"stale", "ErrStale", func(_ context.Context, run int) error { return zztFirst(run, ErrStale) }},
		{"wrapped", "ErrStale, wrapped by the layers above", func(_ context.Context, run int) error {
			return zztFirst(run, fmt.Errorf("cancel: %w", errors.Join(errors.New("save order"), ErrStale)))
		}},
		{"serialization", "a serialization failure (40001) of a transaction in REPEATABLE READ", func(ctx context.Context, run int) error {
			return zztSerialization(ctx, db, run)
		}},
		{"deadlock", "a deadlock (40P01)", func(ctx context.Context, run int) error {
			if run > 1 {
				return nil
			}
			return zztRaise(ctx, db, "40P01")
		}},
		{"deadlock", "a deadlock (40P01), wrapped by the layers above", func(ctx context.Context, run int) error {
			if run > 1 {
				return nil
			}
			return errs.Wrap(zztRaise(ctx, db, "40P01"), errs.Internal, "SAVE", "save order")
		}},
		{"at-commit", "a serialization failure (40001) that the commit reports", func(ctx context.Context, run int) error {
			if run > 1 {
				return nil
			}
			_, err := GetDBTX(ctx, db.pool).Exec(ctx, `INSERT INTO once VALUES (1)`)
			return err
		}},
	} {
		run := 0
		var kept []string
		r := db.do("WithTx with "+c.name, func(ctx context.Context) error {
			run++
			if run > 1 {
				kept = db.names()
			}
			if err := c.conflict(ctx, run); err != nil {
				return err
			}
			return db.insert(ctx, "a")
		})
		what := "the first run ends with " + c.name
		if run != 2 {
			zztFail(db.t, c.failure, what, "the function runs again, once", fmt.Sprintf("it ran %d times; WithTx ended with %s", run, r),
				"the other transaction was faster; the next run sees what it did, and will most likely succeed")
		}
		zztMustPass(db.t, r, c.failure, what+", the second succeeds", "a conflict is over when the transaction has run again")
		if len(kept) > 0 {
			zztFail(db.t, "same-transaction", "the second run finds work of the first", "no row is committed", zztRows(kept), "each run is a transaction of its own")
		}
		db.committed(c.failure, what+", the second succeeds", "WithTx returned no error", "a")
		db.returned("a conflict")
		db.clear()
	}
	run := 0
	r := db.do("WithTx with two conflicts after an INSERT", func(ctx context.Context) error {
		run++
		if err := db.insert(ctx, "a"); err != nil {
			return fmt.Errorf("run %d: %w", run, err)
		}
		if run < 3 {
			return ErrStale
		}
		return nil
	})
	zztMustPass(db.t, r, "same-transaction", "a function that inserts a row and has a conflict in its first two runs",
		"each run begins in a new transaction, after the one before was rolled back")
	db.committed("same-transaction", "a function that inserts a row and has a conflict in its first two runs", "the third run succeeded", "a")
	db.clear()
}

func zztFirst(run int, err error) error {
	if run > 1 {
		return nil
	}
	return err
}

// zztSerialization changes a row that another transaction changes after the snapshot of the first run.
func zztSerialization(ctx context.Context, db *zztDB, run int) error {
	tx := GetDBTX(ctx, db.pool)
	if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT n FROM counters WHERE name = 'n'`).Scan(&n); err != nil {
		return err
	}
	if run == 1 {
		db.exec(`UPDATE counters SET n = n + 1 WHERE name = 'n'`)
	}
	_, err := tx.Exec(ctx, `UPDATE counters SET n = n + 1 WHERE name = 'n'`)
	return err
}

// zztBusiness has errors that a rerun does not change.
func zztBusiness(db *zztDB) {
	db.t.Helper()
	db.exec(`INSERT INTO things VALUES ('taken')`)
	for _, c := range []struct {
		name string
		fn   func(ctx context.Context) error
		is   func(err error) bool
	}{
		{"a business error", func(context.Context) error { return errs.New(errs.Precondition, "NO_MONEY", "not enough money") },
			func(err error) bool { return errs.CodeOf(err) == errs.Precondition }},
		{"an unknown error", func(context.Context) error { return errZZTRefused }, func(err error) bool { return errors.Is(err, errZZTRefused) }},
		{"a violated unique constraint (23505)", func(ctx context.Context) error { return db.insert(ctx, "taken") },
			func(err error) bool { return zztState(err) == "23505" }},
		{"a statement with a mistake (42601)", func(ctx context.Context) error {
			_, err := GetDBTX(ctx, db.pool).Exec(ctx, `SELEKT 1`)
			return err
		}, func(err error) bool { return zztState(err) == "42601" }},
		{"a lock that was not available (55P03)", func(ctx context.Context) error { return zztRaise(ctx, db, "55P03") },
			func(err error) bool { return zztState(err) == "55P03" }},
		{"a failed transaction (25P02)", func(ctx context.Context) error {
			_ = zztRaise(ctx, db, "23514")
			return db.insert(ctx, "a")
		}, func(err error) bool { return zztState(err) == "25P02" }},
	} {
		run := 0
		r := db.do("WithTx with "+c.name, func(ctx context.Context) error {
			run++
			return c.fn(ctx)
		})
		if run != 1 || !c.is(r.err) {
			zztFail(db.t, "business", "the function ends with "+c.name, "one run, and that error", fmt.Sprintf("%d runs, and %s", run, r),
				"no other transaction is the reason, so a second run ends like the first; its caller needs to know the error now")
		}
		db.returned("an error")
	}
	db.clear()
}

// zztGivesUp has a conflict in each run.
func zztGivesUp(db *zztDB) {
	db.t.Helper()
	for _, reruns := range []int{3, 0, 5} {
		cfg := zztConfig
		cfg.MaxReruns = reruns
		db.m = newTxManager(db.pool, cfg)
		for name, conflict := range map[string]error{
			"ErrStale": fmt.Errorf("save: %w", ErrStale), "40001": &pgconn.PgError{Code: "40001"}, "40P01": &pgconn.PgError{Code: "40P01"},
		} {
			run := 0
			r := db.do("WithTx with a conflict in each run", func(ctx context.Context) error {
				run++
				if run > 20 {
					return errZZTRefused
				}
				return conflict
			})
			what := fmt.Sprintf("MaxReruns is %d, and each run ends with %s", reruns, name)
			if run != reruns+1 {
				zztFail(db.t, "count", what, fmt.Sprintf("%d runs", reruns+1), fmt.Sprintf("%d runs", min(run, 20)),
					"on a hot row each further run makes the conflicts of the others more likely; the client can decide to repeat")
			}
			if errs.CodeOf(r.err) != errs.Aborted {
				zztFail(db.t, "aborted", what, "an error with the code errs.Aborted", fmt.Sprintf("%s, whose code is %s", r, errs.CodeOf(r.err)),
					"Aborted tells the client that nothing was done and that it may repeat the request; any other error becomes \"internal error\"")
			}
			if !errors.Is(r.err, conflict) {
				zztFail(db.t, "cause", what, "the conflict is in the chain of the error", r.String(), "the log must show which conflict it was")
			}
			db.returned("a conflict in each run")
		}
	}
	db.m = newTxManager(db.pool, zztConfig)
}

// zztPauses measures that each pause is at least as long as it must be.
func zztPauses(db *zztDB) {
	db.t.Helper()
	cfg := zztConfig
	cfg.RerunPause = 40 * time.Millisecond
	db.m = newTxManager(db.pool, cfg)
	var ended time.Time
	var pauses []time.Duration
	_ = db.do("WithTx with a conflict in each run", func(context.Context) error {
		if !ended.IsZero() {
			pauses = append(pauses, time.Since(ended))
		}
		ended = time.Now()
		return ErrStale
	})
	for i, pause := range pauses {
		if least := cfg.RerunPause << i / 2; pause < least {
			zztFail(db.t, "pause", fmt.Sprintf("RerunPause is %s, and each run ends with a conflict", cfg.RerunPause),
				fmt.Sprintf("at least %s before rerun %d: half of RerunPause, doubled for each rerun", least, i+1), pause.Round(time.Millisecond/10).String(),
				"who comes back at once finds the other transaction still at work")
		}
	}
	db.m = newTxManager(db.pool, zztConfig)
}

// zztPauseHoldsNothing takes the pool's only connection during the pause, and then leaves.
func zztPauseHoldsNothing(db *zztDB) {
	db.t.Helper()
	cfg := zztConfig
	cfg.RerunPause = 4 * zztStuck
	db.m = newTxManager(db.pool, cfg)
	defer func() { db.m = newTxManager(db.pool, zztConfig) }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ran := make(chan struct{}, 10)
	result := db.withTx(ctx, func(ctx context.Context) error {
		ran <- struct{}{}
		if err := db.insert(ctx, "a"); err != nil {
			return err
		}
		return ErrStale
	})
	zztAwait(db.t, "WithTx", ran)
	r := zztAwait(db.t, "a statement on the pool of one connection, while WithTx pauses", zztCall(func() error {
		short, cancel := context.WithTimeout(context.Background(), zztStuck/2)
		defer cancel()
		_, err := db.pool.Exec(short, `INSERT INTO things (name) VALUES ('a')`) // would wait for a row that is not rolled back
		return err
	}))
	zztMustPass(db.t, r, "holds", "WithTx holds its connection or its locks while it pauses before a rerun",
		"exactly when many transactions collide, each of them would keep a connection that it does not use")
	cancel()
	select {
	case r = <-result:
	case <-time.After(zztStuck):
		zztFail(db.t, "pause-goes-on", "the caller leaves during the pause before a rerun", "WithTx returns at once", fmt.Sprintf("nothing within %s", zztStuck), "no one waits for this work any more")
	}
	if n := len(ran); n > 0 {
		zztFail(db.t, "pause-goes-on", "the caller leaves during the pause before a rerun", "no further run", fmt.Sprintf("%d more", n), "no one waits for this work any more")
	}
	if errs.CodeOf(r.err) != errs.Aborted || !errors.Is(r.err, ErrStale) {
		zztFail(db.t, "aborted", "the caller leaves during the pause before a rerun", "an error with the code errs.Aborted that has the conflict in its chain",
			fmt.Sprintf("%s, whose code is %s", r, errs.CodeOf(r.err)), "nothing was done, and the reason is the conflict")
	}
	db.clear()
}

// zztJitter looks whether transactions that collided come back at different times.
func zztJitter(t *testing.T) {
	t.Helper()
	const writers, pause = 16, 400 * time.Millisecond
	cfg := zztConfig
	cfg.RerunPause, cfg.MaxReruns = pause, 1
	db := zztNew(t, writers, cfg)
	var all sync.WaitGroup
	var mu sync.Mutex
	var pauses []time.Duration
	for range writers {
		all.Go(func() {
			var ended time.Time
			_ = db.m.WithTx(context.Background(), func(context.Context) error {
				if !ended.IsZero() {
					mu.Lock()
					pauses = append(pauses, time.Since(ended))
					mu.Unlock()
				}
				ended = time.Now()
				return ErrStale
			})
		})
	}
	zztAwait(t, "WithTx of 16 callers with a conflict", zztCall(func() error { all.Wait(); return nil }))
	if len(pauses) != writers {
		return // zztGivesUp counts
	}
	if spread := slices.Max(pauses) - slices.Min(pauses); spread < pause/8 {
		zztFail(t, "jitter", fmt.Sprintf("%d transactions pause before their reruns; RerunPause is %s", writers, pause), "random pauses between 200ms and 400ms",
			fmt.Sprintf("all of them between %s and %s", slices.Min(pauses).Round(time.Millisecond), slices.Max(pauses).Round(time.Millisecond)),
			"transactions that collided and wait equally long collide again")
	}
}

// zztStalePlan has a migration between two transactions. The starter's rerun can do this.
func zztStalePlan(t *testing.T) {
	t.Helper()
	const query = `SELECT n FROM counters WHERE name = 'n' FOR UPDATE`
	db := zztNew(t, 3, zztConfig)
	db.exec(`DROP TABLE counters`)
	db.exec(`CREATE TABLE counters (name text, n int); INSERT INTO counters VALUES ('n', 7)`)
	read := func() (n int64, r zztResult) {
		r = db.do("WithTx with a SELECT", func(ctx context.Context) error { return GetDBTX(ctx, db.pool).QueryRow(ctx, query).Scan(&n) })
		return n, r
	}
	if n, r := read(); n != 7 {
		zztFail(t, "ordinary", "a SELECT in WithTx", "7", fmt.Sprintf("%d and %s", n, r), "nothing else works before this does")
	}
	db.exec(`ALTER TABLE counters ALTER COLUMN n TYPE bigint`)
	for range 3 {
		if n, r := read(); r.err != nil || n != 7 {
			zztFail(t, "stale-plan", "a migration has changed the type of a column that a prepared statement reads", "WithTx runs again on a new connection, as it does in the starter",
				fmt.Sprintf("%d and %s", n, r), "each migration of this kind would be a wave of errors")
		}
	}
}

// zztUnavailable has errors that mean that the database is away. The starter's rerun can do this.
func zztUnavailable(db *zztDB) {
	db.t.Helper()
	for _, state := range []string{"57P01", "53300", "08006"} {
		run := 0
		r := db.do("WithTx", func(context.Context) error {
			run++
			return &pgconn.PgError{Code: state}
		})
		if run != 1 || errs.CodeOf(r.err) != errs.Unavailable {
			zztFail(db.t, "unavailable", "the database stops or cannot be reached ("+state+")", "one run, and an error with the code errs.Unavailable, as in the starter",
				fmt.Sprintf("%d runs, and %s, whose code is %s", run, r, errs.CodeOf(r.err)), "the client may try again later; \"internal error\" does not say so")
		}
	}
}
