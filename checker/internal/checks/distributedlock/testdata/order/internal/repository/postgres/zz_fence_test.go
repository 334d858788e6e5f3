package postgres_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/db"
	repository "shop/order/internal/repository/postgres"
	"shop/platform/job"
)

const zzfStuck = 20 * time.Second

// zzfDatabase is the database of the check, with the tables of order.
type zzfDatabase struct {
	t          *testing.T
	pool       *pgxpool.Pool
	fences     *repository.FenceRepository
	executions *repository.ExecutionRepository
	job        string
}

func zzfOpen(t *testing.T) *zzfDatabase {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	address, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-lock-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of PostgreSQL: %v", err)
	}
	pool, err := pgxpool.New(t.Context(), string(address))
	if err != nil {
		t.Skipf("connect: %v", err)
	}
	t.Cleanup(pool.Close)
	d := &zzfDatabase{
		t: t, pool: pool, fences: repository.NewFenceRepository(pool), executions: repository.NewExecutionRepository(pool),
		job: "check " + rand.Text(),
	}
	d.migrate()
	return d
}

func (d *zzfDatabase) migrate() {
	files, err := fs.Glob(db.Migrations, "*.sql")
	if err == nil && len(files) == 0 {
		files, err = fs.Glob(db.Migrations, "migrations/*.sql")
	}
	if err != nil || len(files) == 0 {
		d.t.Skipf("no migrations: %v", err)
	}
	slices.Sort(files)
	for _, file := range files {
		text, err := fs.ReadFile(db.Migrations, file)
		if err != nil {
			d.t.Skipf("read %s: %v", file, err)
		}
		statements := []string{string(text)}
		if strings.HasPrefix(string(text), "-- atlas:txmode none") {
			statements = strings.Split(string(text), ";\n")
		}
		for _, statement := range statements {
			if strings.TrimSpace(statement) != "" {
				d.exec(statement)
			}
		}
	}
}

func (d *zzfDatabase) exec(statement string, args ...any) {
	d.t.Helper()
	if _, err := d.pool.Exec(d.t.Context(), statement, args...); err != nil {
		d.t.Skipf("the check's own statement: %v", err)
	}
}

func (d *zzfDatabase) number(query string, args ...any) (n int64) {
	d.t.Helper()
	if err := d.pool.QueryRow(d.t.Context(), query, args...).Scan(&n); err != nil {
		d.t.Skipf("the check's own statement: %v", err)
	}
	return n
}

const zzfSet = `INSERT INTO lock_fences (key, token) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET token = EXCLUDED.token`

// newest makes a token the newest of the lock of a window.
func (d *zzfDatabase) newest(window string, token int64) {
	d.t.Helper()
	d.exec(zzfSet, job.LockKey(d.job, window), token)
}

// stored is the newest token of a lock; -1 without any.
func (d *zzfDatabase) stored(key string) int64 {
	d.t.Helper()
	return d.number(`SELECT COALESCE((SELECT token FROM lock_fences WHERE key = $1), -1)`, key)
}

func (d *zzfDatabase) next(key string) int64 {
	d.t.Helper()
	token, err := d.fences.Next(d.t.Context(), key)
	if err != nil {
		zzfFail(d.t, "ordinary", "Next fails", "a token", err.Error(), "without a token nothing is done under the lock")
	}
	return token
}

func (d *zzfDatabase) begin(window string, token int64) (job.Execution, bool) {
	d.t.Helper()
	e, ok, err := d.executions.Begin(d.t.Context(), job.Execution{
		ID: uuid.NewString(), Job: d.job, Window: window, Trigger: job.Cron, Status: job.Running, Fence: token,
	})
	if err != nil {
		zzfFail(d.t, "error", "Begin fails", "true or false, and no error", err.Error(), "a refusal is no failure of the database")
	}
	return e, ok
}

// mustBegin requires that an execution begins with the newest token.
func (d *zzfDatabase) mustBegin(window string, token int64, attempt int) job.Execution {
	d.t.Helper()
	e, ok := d.begin(window, token)
	if !ok || e.Attempt != attempt || e.Fence != token || e.StartedAt.IsZero() || e.Status != job.Running {
		zzfFail(d.t, "ordinary", "Begin does not store an execution with the newest token", fmt.Sprintf("a RUNNING execution, attempt %d, with token %d", attempt, token),
			fmt.Sprintf("%t: status %q, attempt %d, token %d", ok, e.Status, e.Attempt, e.Fence), "the rest of the check needs it")
	}
	return e
}

func (d *zzfDatabase) finish(e job.Execution, status job.Status) (job.Execution, bool) {
	d.t.Helper()
	e.Status = status
	if status == job.Succeeded {
		e.Result = json.RawMessage(`{"by": "` + e.ID + `"}`)
	} else {
		e.Error = "it has failed"
	}
	done, ok, err := d.executions.Finish(d.t.Context(), e)
	if err != nil {
		zzfFail(d.t, "error", "Finish fails", "true or false, and no error", err.Error(), "a refusal is no failure of the database")
	}
	return done, ok
}

func (d *zzfDatabase) close(window string, token int64) {
	d.t.Helper()
	if err := d.executions.CloseAbandoned(d.t.Context(), d.job, window, token); err != nil {
		zzfFail(d.t, "error", "CloseAbandoned fails", "no error", err.Error(), "the window can never be done")
	}
}

// is requires what has become of an execution.
func (d *zzfDatabase) is(e job.Execution, status job.Status, id, sentence, why string) {
	d.t.Helper()
	now, ok, err := d.executions.Get(d.t.Context(), d.job, e.ID)
	if err != nil || !ok {
		zzfFail(d.t, id, sentence, string(status), fmt.Sprintf("no such execution (%v)", err), why)
	}
	if now.Status != status {
		zzfFail(d.t, id, sentence, "the execution is "+string(status), "it is "+string(now.Status), why)
	}
}

func TestZZFenceNext(t *testing.T) {
	d := zzfOpen(t)
	a, b := "lock:check:a:"+rand.Text(), "lock:check:b:"+rand.Text()
	last := d.next(a)
	if last < 1 {
		zzfFail(t, "not-larger", "the first token is not positive", "1 or more", fmt.Sprint(last), "0 is the token of an execution that has none")
	}
	for range 4 {
		token := d.next(a)
		if token <= last {
			zzfFail(t, "not-larger", "a token is not larger than the one before", fmt.Sprintf("more than %d", last), fmt.Sprint(token), "the database cannot tell the old holder from the new one")
		}
		last = token
	}
	if stored := d.stored(a); stored != last {
		zzfFail(t, "not-stored", "the newest token is not in lock_fences", fmt.Sprintf("token %d of %s", last, a), zzfToken(stored), "Next has to make the earlier tokens invalid: the statements of a holder compare theirs with this row")
	}
	d.next(b)
	d.next(b)
	if stored := d.stored(a); stored != last {
		zzfFail(t, "others", "a token for one lock changes that of another lock", fmt.Sprintf("token %d of %s, as before", last, a), zzfToken(stored), "the holder of the other lock is alive, and its work would be refused")
	}

	// A clock was wrong by centuries.
	const future = int64(8_000_000_000_000_000_000)
	d.exec(zzfSet, a, future)
	if token := d.next(a); token <= future {
		zzfFail(t, "clock", "a clock is set back, and a token is smaller than the one before", fmt.Sprintf("more than %d, the newest of the lock", future), fmt.Sprint(token),
			"clocks are set back, and those of two machines differ. The next token is larger than the last one, whatever time it is")
	}

	// Many at once, on a lock that is new.
	c := "lock:check:c:" + rand.Text()
	tokens, errs := make([]int64, 20), make([]error, 20)
	var together sync.WaitGroup
	for i := range tokens {
		together.Go(func() { tokens[i], errs[i] = d.fences.Next(t.Context(), c) })
	}
	together.Wait()
	for _, err := range errs {
		if err != nil {
			zzfFail(t, "error", "Next fails when it is called many times at once", "20 tokens", err.Error(), "after a lost lock several processes come at once")
		}
	}
	slices.Sort(tokens)
	if unique := slices.Compact(slices.Clone(tokens)); len(unique) != len(tokens) {
		zzfFail(t, "same", "two callers get the same token", "20 different tokens", fmt.Sprint(tokens), "read and write in one statement: between two another caller reads the same")
	}
	if stored := d.stored(c); stored != tokens[len(tokens)-1] {
		zzfFail(t, "not-stored", "the newest token is not in lock_fences", fmt.Sprintf("token %d of %s", tokens[len(tokens)-1], c), zzfToken(stored), "the statements of a holder compare their token with this row")
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if token, err := d.fences.Next(ctx, a); err == nil {
		zzfFail(t, "error", "Next cannot ask the database, and returns a token", "an error", fmt.Sprintf("token %d", token), "a token that is not stored makes no earlier one invalid")
	}
}

func zzfToken(token int64) string {
	if token < 0 {
		return "no row"
	}
	return fmt.Sprintf("token %d", token)
}

func TestZZFenceRefused(t *testing.T) {
	d := zzfOpen(t)
	const (
		older = "another process has got the lock since, and with it a newer token: what an older holder stores overwrites the result of the newer one"
		alive = "it belongs to the holder of the lock, which is alive"
	)

	// The ordinary case.
	d.newest("w1", 1)
	first := d.mustBegin("w1", 1, 1)
	if _, ok := d.begin("w1", 1); ok {
		zzfFail(t, "twice", "a window begins again while it is RUNNING", "false", "true", "the work is done twice")
	}
	done, ok := d.finish(first, job.Succeeded)
	if !ok || done.Status != job.Succeeded || done.FinishedAt.Before(done.StartedAt) || !strings.Contains(string(done.Result), first.ID) {
		zzfFail(t, "ordinary", "Finish does not store how an execution ended that has the newest token", "a SUCCEEDED execution with FinishedAt and Result",
			fmt.Sprintf("%t: status %q, finished at %s, result %s", ok, done.Status, done.FinishedAt, done.Result), "the rest of the check needs it")
	}
	if _, ok := d.finish(first, job.Failed); ok {
		zzfFail(t, "twice", "an execution that has ended is changed", "false", "true", "what has succeeded stays so")
	}
	d.newest("w1", 2)
	d.close("w1", 2)
	d.is(first, job.Succeeded, "twice", "CloseAbandoned changes an execution that has succeeded", "what has succeeded stays so")
	if _, ok := d.begin("w1", 2); ok {
		zzfFail(t, "twice", "a window begins again that is done", "false", "true", "the work is done twice")
	}

	d.newest("w4", 1)
	failed := d.mustBegin("w4", 1, 1)
	done, ok = d.finish(failed, job.Failed)
	if !ok || done.Status != job.Failed || done.Error != "it has failed" {
		zzfFail(t, "ordinary", "Finish does not store that an execution with the newest token has failed", `a FAILED execution with its error, "it has failed"`,
			fmt.Sprintf("%t: status %q, error %q", ok, done.Status, done.Error), "the rest of the check needs it")
	}
	d.mustBegin("w4", 1, 2)

	// Another lock has other tokens.
	d.newest("w2", 3)
	d.newest("w3", 90)
	second := d.mustBegin("w2", 3, 1)
	if _, ok := d.finish(second, job.Succeeded); !ok {
		zzfFail(t, "others", "an execution is refused because another window has a larger token", "true", "false", "a token says which holder of one lock was the last; those of two locks cannot be compared")
	}

	// Another job has executions of the same window.
	d.newest("w5", 7)
	mine, theirs := d.mustBegin("w5", 7, 1), uuid.NewString()
	d.exec(`INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt, fence) VALUES ($1, $2, 'w5', 'cron', 'RUNNING', 1, 2)`, theirs, d.job+" of another name")
	d.close("w5", 7)
	d.is(mine, job.Running, "closes-own", "CloseAbandoned closes the execution of the newest token", alive)
	if n := d.number(`SELECT count(*) FROM job_executions WHERE id = $1 AND status = 'RUNNING'`, theirs); n != 1 {
		zzfFail(t, "closes-others", "CloseAbandoned closes the execution of another job", "the execution is RUNNING", "it is not", alive)
	}

	// A holder that was frozen.
	for i, status := range []job.Status{job.Succeeded, job.Failed} {
		window := fmt.Sprint("frozen", i)
		d.newest(window, 1)
		frozen := d.mustBegin(window, 1, 1)
		other := d.mustBegin("w3"+window, d.lock("w3"+window, 1), 1)
		d.close(window, 1)
		d.is(frozen, job.Running, "closes-own", "CloseAbandoned closes the execution of the newest token", alive)
		d.newest(window, 2)
		if _, ok := d.finish(frozen, status); ok {
			zzfFail(t, "finish", "an execution with an older token is stored as "+string(status), "false, and nothing is stored", "true", older)
		}
		d.is(frozen, job.Running, "finish", "an execution with an older token was changed", older)
		d.close(window, 2)
		d.is(frozen, job.Failed, "not-closed", "CloseAbandoned leaves the execution of an older token RUNNING", "its process died, or lost the lock; as long as it is RUNNING, the window cannot begin again")
		d.is(other, job.Running, "closes-others", "CloseAbandoned closes the execution of another window", alive)
		if _, ok := d.begin(window, 1); ok {
			zzfFail(t, "begin", "an execution begins with an older token", "false, and no row", "true", older)
		}
		if n := d.number(`SELECT count(*) FROM job_executions WHERE job_name = $1 AND job_window = $2`, d.job, window); n != 1 {
			zzfFail(t, "begin", "Begin with an older token has left a row", "1 row of the window", fmt.Sprintf("%d rows", n), older)
		}
		newer := d.mustBegin(window, 2, 2)
		d.close(window, 1)
		d.is(newer, job.Running, "closes-newer", "CloseAbandoned with an older token closes the execution of the newer one", alive)
		if _, ok := d.finish(frozen, status); ok {
			zzfFail(t, "finish", "an execution that was closed is stored as "+string(status), "false, and nothing is stored", "true", older)
		}
		if _, ok := d.finish(newer, job.Succeeded); !ok {
			zzfFail(t, "ordinary", "Finish refuses the execution with the newest token", "true", "false", "a refused holder must not block the next one")
		}
	}

	// An execution of the version before has no token.
	id := uuid.NewString()
	d.exec(`INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt) VALUES ($1, $2, 'old', 'cron', 'RUNNING', 1)`, id, d.job)
	d.newest("old", 1)
	d.close("old", 1)
	d.is(job.Execution{ID: id}, job.Failed, "no-token", "CloseAbandoned leaves an execution without a token RUNNING", "it is of the version before; any token is newer than none")
	d.mustBegin("old", 1, 2)

	// A token that was never issued.
	for _, newest := range []int64{0, 5} {
		window := fmt.Sprint("not issued", newest)
		if newest > 0 {
			d.newest(window, newest)
		}
		if _, ok := d.begin(window, newest+1); ok {
			zzfFail(t, "not-issued", "an execution begins with a token that Next has not returned", "false, and no row", fmt.Sprintf("true, with token %d; the lock has %s", newest+1, zzfToken(d.stored(job.LockKey(d.job, window)))),
				"only the token in lock_fences is the newest of its lock")
		}
	}
}

// lock makes a token the newest of a window, and returns it.
func (d *zzfDatabase) lock(window string, token int64) int64 {
	d.newest(window, token)
	return token
}

// TestZZFenceAtomic holds a statement when it writes the row of the execution, and again when it commits, and issues a token meanwhile.
func TestZZFenceAtomic(t *testing.T) {
	d := zzfOpen(t)
	d.exec(`CREATE FUNCTION zzf_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END $$`)
	d.exec(`CREATE TRIGGER zzf_wait_write BEFORE INSERT OR UPDATE ON job_executions FOR EACH ROW EXECUTE FUNCTION zzf_wait(4242)`)
	d.exec(`CREATE CONSTRAINT TRIGGER zzf_wait_commit AFTER INSERT OR UPDATE ON job_executions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zzf_wait(4243)`)
	for _, waits := range []string{"Finish", "Begin"} {
		d.overtaken(waits)
	}
	issue := d.issuer()
	for _, at := range []zzfMoment{{4242, "before the row is written"}, {4243, "before the row is committed"}} {
		window := fmt.Sprint("finish", at.gate)
		d.newest(window, 1)
		e := d.mustBegin(window, 1, 1)
		d.race("Finish", window, at, issue, func() (bool, error) {
			e.Status, e.Result = job.Succeeded, json.RawMessage(`{}`)
			_, ok, err := d.executions.Finish(context.WithoutCancel(t.Context()), e)
			return ok, err
		})
		window = fmt.Sprint("begin", at.gate)
		d.newest(window, 1)
		d.race("Begin", window, at, issue, func() (bool, error) {
			_, ok, err := d.executions.Begin(context.WithoutCancel(t.Context()), job.Execution{
				ID: uuid.NewString(), Job: d.job, Window: window, Trigger: job.Cron, Status: job.Running, Fence: 1,
			})
			return ok, err
		})
	}
}

// zzfMoment is when a newer token is issued: a statement that has come so far waits for an advisory lock.
type zzfMoment struct {
	gate int64
	name string
}

// issuer returns what issues a newer token: Next, or, as long as Next does not store tokens, a statement that does.
func (d *zzfDatabase) issuer() func(key string) error {
	ctx, probe := context.WithoutCancel(d.t.Context()), "lock:check:probe:"+rand.Text()
	if token, err := d.fences.Next(ctx, probe); err == nil && token > 0 && d.stored(probe) == token {
		return func(key string) error {
			_, err := d.fences.Next(ctx, key)
			return err
		}
	}
	return func(key string) error {
		_, err := d.pool.Exec(ctx, zzfSet, key, 2)
		return err
	}
}

// overtaken issues a newer token in a transaction that is committed while Begin or Finish waits for it.
func (d *zzfDatabase) overtaken(name string) {
	t, window := d.t, "overtaken "+name
	d.newest(window, 1)
	write := func() (bool, error) {
		_, ok, err := d.executions.Begin(context.WithoutCancel(t.Context()), job.Execution{
			ID: uuid.NewString(), Job: d.job, Window: window, Trigger: job.Cron, Status: job.Running, Fence: 1,
		})
		return ok, err
	}
	if name == "Finish" {
		e := d.mustBegin(window, 1, 1)
		write = func() (bool, error) {
			e.Status, e.Result = job.Succeeded, json.RawMessage(`{}`)
			_, ok, err := d.executions.Finish(context.WithoutCancel(t.Context()), e)
			return ok, err
		}
	}
	tx, err := d.pool.Begin(t.Context())
	if err != nil {
		t.Skipf("begin a transaction: %v", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), zzfSet, job.LockKey(d.job, window), 2); err != nil {
		t.Skipf("the check's own statement: %v", err)
	}
	written := d.start(write)
	for until := time.Now().Add(zzfStuck); len(written) == 0 && d.waiting() == 0; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(until) {
			break // it waits in another way
		}
	}
	early := len(written) > 0
	if err := tx.Commit(t.Context()); err != nil {
		t.Skipf("commit: %v", err)
	}
	r := d.result(name, written)
	if r.err != nil {
		zzfFail(t, "error", name+" fails while a token is issued", "true or false, and no error", r.err.Error(), "a refusal is no failure of the database")
	}
	if r.ok && !early {
		zzfFail(t, "between", name+" stores the row of an older token", "false: a newer token was committed while "+name+" waited", "true", "the next holder has begun")
	}
}

// zzfResult is what Begin or Finish has returned.
type zzfResult struct {
	ok  bool
	err error
}

func (d *zzfDatabase) start(write func() (bool, error)) <-chan zzfResult {
	written := make(chan zzfResult, 1)
	go func() {
		ok, err := write()
		written <- zzfResult{ok, err}
	}()
	return written
}

// result waits for Begin or Finish.
func (d *zzfDatabase) result(name string, written <-chan zzfResult) zzfResult {
	select {
	case r := <-written:
		return r
	case <-time.After(zzfStuck):
		zzfFail(d.t, "stuck", name+" does not return", "it returns", fmt.Sprintf("nothing after %s", zzfStuck), "two statements wait for each other")
	}
	panic("unreachable")
}

// waiting returns how many statements wait for a lock.
func (d *zzfDatabase) waiting() int64 {
	return d.number(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
}

// race holds write at a moment, and issues a newer token meanwhile.
func (d *zzfDatabase) race(name, window string, at zzfMoment, issue func(key string) error, write func() (bool, error)) {
	t := d.t
	keeper, err := d.pool.Acquire(t.Context())
	if err != nil {
		t.Skipf("connect: %v", err)
	}
	defer keeper.Release()
	hold := func(statement string) {
		if _, err := keeper.Exec(t.Context(), statement, at.gate); err != nil {
			t.Skipf("the check's own statement: %v", err)
		}
	}
	await := func(what string, happened func() bool) {
		for until := time.Now().Add(zzfStuck); !happened(); time.Sleep(2 * time.Millisecond) {
			if time.Now().After(until) {
				zzfFail(t, "stuck", what+": this does not happen", "the row of the execution is written", "no statement waits for it", "Begin inserts a row, and Finish updates it")
			}
		}
	}
	hold(`SELECT pg_advisory_lock($1)`)
	written := d.start(write)
	await(name+" writes its row", func() bool { return d.waiting() >= 1 || len(written) > 0 })
	issued := make(chan error, 1)
	go func() { issued <- issue(job.LockKey(d.job, window)) }()
	await("a token is issued, or waits for "+name, func() bool { return len(issued) > 0 || d.waiting() >= 2 || len(written) > 0 })
	before := len(issued) > 0
	hold(`SELECT pg_advisory_unlock($1)`)
	r := d.result(name, written)
	select {
	case err = <-issued:
	case <-time.After(zzfStuck):
		err = fmt.Errorf("nothing after %s", zzfStuck)
	}
	if err != nil {
		zzfFail(t, "stuck", "no token can be issued after "+name, "it is issued when "+name+" has returned, or earlier", err.Error(), "the next holder gets no token")
	}
	if r.err != nil {
		zzfFail(t, "error", name+" fails when a token is issued meanwhile", "true or false, and no error", r.err.Error(), "a refusal is no failure of the database")
	}
	if before && r.ok {
		zzfFail(t, "between", name+" stores the row of an older token", "the newer token waits until "+name+" has committed its row, or "+name+" stores nothing",
			"a newer token is committed after the comparison and "+at.name+", and "+name+" returns true",
			"the next holder has begun. Compare and write so that no token comes in between: lock the row of the token, FOR SHARE, until the write is committed")
	}
}

// zzfFail reports a failure and ends the test.
func zzfFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
