package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

type zztKey struct{}

func TestZZTxContext(t *testing.T) {
	db := zztNew(t, 1, zztConfig)
	zztBaseline(db)
	zztGoneBefore(db)
	zztSameContext(db)
	zztGoneMeanwhile(db)
	zztRollbackOfGoneCaller(db)
	zztGoneDuringCommit(db)
	zztBoundedCommit(t)
	zztBoundedRollback(t)
}

func zztGoneBefore(db *zztDB) {
	db.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	called := false
	r := zztAwait(db.t, "WithTx with a context that has ended", db.withTx(ctx, func(context.Context) error {
		called = true
		return nil
	}))
	if called || !errors.Is(r.err, context.Canceled) {
		zztFail(db.t, "gone-before", "WithTx with a context that had ended before", "the error of the context, and no call of the function",
			fmt.Sprintf("%s; the function was called: %t", r, called), "no caller waits for this work")
	}
	db.returned("a context that had ended")
}

// zztSameContext looks at the context that the function gets.
func zztSameContext(db *zztDB) {
	db.t.Helper()
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), zztKey{}, "trace"))
	defer cancel()
	var value any
	var ended bool
	r := zztAwait(db.t, "WithTx", db.withTx(ctx, func(ctx context.Context) error {
		value = ctx.Value(zztKey{})
		cancel()
		select {
		case <-ctx.Done():
			ended = true
		case <-time.After(zztStuck / 2):
		}
		return errZZTRefused
	}))
	if value != "trace" {
		zztFail(db.t, "detached", "the function's context has lost the values of the caller's", "they are there", fmt.Sprint(value), "the trace, the logger and the user are values")
	}
	if !ended {
		zztFail(db.t, "detached", "the function's context does not end with the caller's", "it ends", "it goes on", "the work for a caller that has left goes on for as long as it likes")
	}
	if !errors.Is(r.err, errZZTRefused) {
		zztFail(db.t, "result", "the function of a caller that has left fails", "its error", r.String(), "the log must show the cause")
	}
	db.returned("a caller that has left")
}

func zztGoneMeanwhile(db *zztDB) {
	db.t.Helper()
	for _, way := range zztWays {
		ctx, cancel := context.WithCancel(context.Background())
		zztGone(db, ctx, context.Canceled, func(ctx context.Context) error {
			defer cancel()
			return way.insert(ctx, GetDBTX(ctx, db.pool), "a")
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	zztGone(db, ctx, context.DeadlineExceeded, func(ctx context.Context) error {
		err := db.insert(ctx, "a")
		<-ctx.Done()
		return err
	})
}

// zztGone requires that nothing is committed when ctx ends before fn returns.
func zztGone(db *zztDB, ctx context.Context, cause error, fn func(ctx context.Context) error) {
	db.t.Helper()
	r := zztAwait(db.t, "WithTx whose caller leaves", db.withTx(ctx, fn))
	const what, why = "the caller's context ends before the function returns nil", "the caller has reported a failure already, and perhaps begun again"
	db.committed("committed", what+", and the work is committed", why)
	if !errors.Is(r.err, cause) {
		zztFail(db.t, "committed", what, fmt.Sprintf("nothing is committed, and WithTx returns the error of the context (%s)", cause), r.String(), why)
	}
	db.returned("a caller that has left")
	db.clear()
}

// zztRollbackOfGoneCaller looks for connections that are closed in place of being rolled back.
func zztRollbackOfGoneCaller(db *zztDB) {
	db.t.Helper()
	for name, end := range map[string]func(){"returns an error": func() {}, "panics": func() { panic("boom") }} {
		before := db.backend()
		ctx, cancel := context.WithCancel(context.Background())
		_ = zztAwait(db.t, "WithTx whose caller leaves", db.withTx(ctx, func(ctx context.Context) error {
			if err := db.insert(ctx, "a"); err != nil {
				return err
			}
			cancel()
			end()
			return errZZTRefused
		}))
		db.committed("committed", "work of a function that failed", "the caller was told that nothing was done")
		if after := db.backend(); after != before {
			zztFail(db.t, "connection-lost", "the caller leaves, the function "+name+", and the connection is closed", "the transaction is rolled back, and the connection is used again",
				"the next statement runs on a new connection", "a rollback under an ended context closes the connection: a wave of cancelled requests becomes a wave of new connections")
		}
		db.clear()
	}
}

// backend returns the process of the pool's only connection.
func (db *zztDB) backend() (pid int) {
	db.t.Helper()
	r := zztAwait(db.t, "a statement after a transaction", zztCall(func() error {
		return db.pool.QueryRow(context.Background(), `SELECT pg_backend_pid()`).Scan(&pid)
	}))
	zztMustPass(db.t, r, "leak", "a statement after a transaction has ended", "the connection is unusable or still in the transaction")
	return pid
}

// holdCommits makes commits of inserts wait until release is called.
func (db *zztDB) holdCommits() (release func()) {
	db.t.Helper()
	db.exec(`CREATE OR REPLACE FUNCTION zz_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$`)
	db.exec(`CREATE CONSTRAINT TRIGGER zz_held AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zz_wait()`)
	lock, err := pgx.Connect(context.Background(), zztAddress(db.t))
	if err == nil {
		_, err = lock.Exec(context.Background(), `SELECT pg_advisory_lock(4711)`)
	}
	if err != nil {
		db.t.Skipf("hold the commits: %v", err)
	}
	release = func() { _ = lock.Close(context.Background()) }
	db.t.Cleanup(release)
	return release
}

// awaitCommit waits until a commit waits.
func (db *zztDB) awaitCommit(result <-chan zztResult) {
	db.t.Helper()
	for deadline := time.Now().Add(zztStuck); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		waiting := 0
		err := db.observe.QueryRow(context.Background(),
			`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`).Scan(&waiting)
		if err != nil {
			db.t.Skipf("look for the commit: %v", err)
		}
		if waiting > 0 {
			return
		}
		select {
		case r := <-result:
			zztFail(db.t, "no-commit", "WithTx returns before its commit has ended", "it waits for the answer of the database", r.String(),
				"a commit can fail: only its answer says whether the work is done")
		default:
		}
	}
	zztFail(db.t, "no-commit", "the transaction is not committed", "a COMMIT after the function has returned nil", fmt.Sprintf("none within %s", zztStuck), "the work is lost")
}

func zztGoneDuringCommit(db *zztDB) {
	db.t.Helper()
	release := db.holdCommits()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := db.withTx(ctx, func(ctx context.Context) error { return db.insert(ctx, "a") })
	db.awaitCommit(result)
	cancel()
	release()
	r := zztAwait(db.t, "WithTx whose caller leaves during the commit", result)
	zztMustPass(db.t, r, "commit-cut", "the caller's context ends during the commit, and cuts it short",
		"a commit that is cut short may have happened or not: no one knows, and a repetition may do the work twice")
	db.committed("commit-cut", "the caller's context ended during the commit", "WithTx returned no error", "a")
	db.returned("a caller that left during the commit")
}

func zztBoundedCommit(t *testing.T) {
	t.Helper()
	db := zztNew(t, 1, TxConfig{CommitTimeout: 300 * time.Millisecond, RerunPause: time.Millisecond})
	release := db.holdCommits()
	result := db.withTx(context.Background(), func(ctx context.Context) error { return db.insert(ctx, "a") })
	db.awaitCommit(result)
	select {
	case r := <-result:
		if r.err == nil {
			zztFail(t, "commit-unbounded", "the database does not answer a commit within CommitTimeout", "an error", r.String(), "the outcome is unknown, which is not success")
		}
	case <-time.After(zztStuck):
		zztFail(t, "commit-unbounded", "the database does not answer a commit, and WithTx waits without an end", "an error after CommitTimeout, which is 300ms here",
			fmt.Sprintf("nothing within %s", zztStuck), "a commit that ends with no context needs a limit of its own; without one, a frozen database holds every request")
	}
	release()
	db.returned("a commit that was not answered")
}

func zztBoundedRollback(t *testing.T) {
	t.Helper()
	proxy := zztNewProxy(t)
	db := zztNewAt(t, proxy.address, 1, TxConfig{CommitTimeout: 300 * time.Millisecond, RerunPause: time.Millisecond})
	result := db.withTx(context.Background(), func(ctx context.Context) error {
		if err := db.insert(ctx, "a"); err != nil {
			return err
		}
		proxy.freeze()
		return errZZTRefused
	})
	select {
	case r := <-result:
		if !errors.Is(r.err, errZZTRefused) {
			zztFail(t, "result", "the function fails, and the database does not answer the rollback", "the error of the function", r.String(), "the caller decides by this error")
		}
	case <-time.After(zztStuck):
		zztFail(t, "rollback-unbounded", "the database does not answer a rollback, and WithTx waits without an end", "the error of the function after CommitTimeout, which is 300ms here",
			fmt.Sprintf("nothing within %s", zztStuck), "a rollback that ends with no context needs a limit of its own")
	}
}
