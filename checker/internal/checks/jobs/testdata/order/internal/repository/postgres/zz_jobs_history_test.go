// Hidden checks of the lesson on jobs. They use only names that the lesson gives.
package postgres

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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/db"
	"shop/platform/config"
	"shop/platform/job"
	"shop/platform/postgres"
)

const (
	zzjReport = "daily_sales_report"
	zzjStuck  = 30 * time.Second
)

type zzjHistory struct {
	*testing.T
	pool       *pgxpool.Pool
	executions *ExecutionRepository
	observe    *pgx.Conn
}

func zzjNew(t *testing.T) *zzjHistory {
	t.Helper()
	h := &zzjHistory{T: t}
	ctx := context.Background()
	var err error
	if h.observe, err = pgx.Connect(ctx, zzjAddress(t)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = h.observe.Close(context.Background()) })
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Skipf("list the migrations: %v", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(db.Migrations, file)
		if err != nil {
			t.Skipf("read a migration: %v", err)
		}
		h.exec(string(text))
	}
	h.pool, err = postgres.NewPool(ctx, postgres.Config{
		URL: config.Secret(zzjAddress(t)), MaxConns: 10, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		t.Skipf("make a pool: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			h.pool.Close()
		}()
		select { // the pool waits for connections that were not given back
		case <-closed:
		case <-time.After(time.Second):
		}
	})
	h.executions = NewExecutionRepository(h.pool)
	return h
}

func (h *zzjHistory) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.observe.Exec(context.Background(), sql, args...); err != nil {
		h.Skipf("%s: %v", sql, err)
	}
}

// rows returns the rows of a window, one a line: attempt, status, error, result, finished or not.
func (h *zzjHistory) rows(name, window string) string {
	h.Helper()
	rows, err := h.observe.Query(context.Background(), `SELECT format('%s %s %s %s %s', attempt, status, quote_literal(error), coalesce(result::text, 'no result'),
		CASE WHEN finished_at IS NULL THEN 'not finished' WHEN finished_at < started_at THEN 'finished before its start' ELSE 'finished' END)
		FROM job_executions WHERE job_name = $1 AND job_window = $2 ORDER BY attempt`, name, window)
	if err != nil {
		h.Skipf("read the history: %v", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		h.Skipf("read the history: %v", err)
	}
	if len(lines) == 0 {
		return "no rows"
	}
	return strings.Join(lines, "; ")
}

func (h *zzjHistory) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), zzjStuck)
	h.Cleanup(cancel)
	return ctx
}

func (h *zzjHistory) fail(id, what, expected, seen, why string) {
	h.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	h.FailNow()
}

func (h *zzjHistory) want(id, what, expected, seen, why string) {
	h.Helper()
	if expected != seen {
		h.fail(id, what, expected, seen, why)
	}
}

// begin calls Begin, which must not return an error.
func (h *zzjHistory) begin(what, name, window string, trigger job.Trigger) (job.Execution, bool) {
	h.Helper()
	e, ok, err := h.executions.Begin(h.ctx(), job.Execution{ID: zzjID(), Job: name, Window: window, Trigger: trigger, Status: job.Running})
	if err != nil {
		h.fail("begin", what, "true or false, and no error", err.Error(), "another execution is no failure of the database: the caller says ErrRunning, and counts nothing")
	}
	return e, ok
}

// begun requires that an execution begins, as this attempt.
func (h *zzjHistory) begun(id, what, window string, attempt int) job.Execution {
	h.Helper()
	e, ok := h.begin(what, zzjReport, window, job.Cron)
	if !ok || e.Attempt != attempt || e.Status != job.Running || e.ID == "" || e.Window != window || e.Job != zzjReport || time.Since(e.StartedAt).Abs() > time.Hour {
		h.fail(id, what, fmt.Sprintf("true, and attempt %d of the window %s, RUNNING, started now", attempt, window), fmt.Sprintf("%t, attempt %d of the window %s, %s, started %s; rows: %s",
			ok, e.Attempt, e.Window, e.Status, e.StartedAt, h.rows(zzjReport, window)), "the history shows each attempt at a window, numbered from 1")
	}
	return e
}

// refused requires that Begin returns false, and stores nothing.
func (h *zzjHistory) refused(what, window string) {
	h.Helper()
	before := h.rows(zzjReport, window)
	if _, ok := h.begin(what, zzjReport, window, job.API); ok {
		h.fail("twice", what, "false", "true; rows: "+h.rows(zzjReport, window), "the window would be done twice: the lock may be lost, the row decides")
	}
	h.want("twice", what+": the history", before, h.rows(zzjReport, window), "false means that nothing was stored")
}

// finish calls Finish.
func (h *zzjHistory) finish(what string, e job.Execution, status job.Status, text, result string) (job.Execution, bool) {
	h.Helper()
	e.Status, e.Error, e.Result = status, text, nil
	if result != "" {
		e.Result = json.RawMessage(result)
	}
	stored, ok, err := h.executions.Finish(h.ctx(), e)
	if err != nil {
		h.fail("finish", what, "true or false, and no error", err.Error(), "the Runner tells a row that was closed from a database that is down")
	}
	return stored, ok
}

// age makes a row older.
func (h *zzjHistory) age(e job.Execution, by time.Duration) {
	h.Helper()
	h.exec(`UPDATE job_executions SET started_at = started_at - $2::interval WHERE id = $1`, e.ID, by)
}

func (h *zzjHistory) close(what, window string, age time.Duration) {
	h.Helper()
	if err := h.executions.CloseAbandoned(h.ctx(), zzjReport, window, age); err != nil {
		h.fail("abandoned", what, "no error", err.Error(), "no run begins before this does")
	}
}

func TestZZJobsHistory(t *testing.T) {
	h := zzjNew(t)
	const window = "2026-11-20"
	first := h.begun("begin", "Begin of a window without a row", window, 1)
	h.want("begin", "the row after Begin", "1 RUNNING '' no result not finished", h.rows(zzjReport, window), "it is what the next replica finds")
	h.refused("Begin, while an execution of the window is RUNNING", window)
	if _, ok := h.begin("Begin of another job", "another_job", window, job.Cron); !ok {
		h.fail("begin", "Begin of another job for the same day", "true", "false", "jobs do not know each other")
	}
	h.begun("begin", "Begin of another window of the job", "2026-11-21", 1)

	stored, ok := h.finish("Finish of an execution that has failed", first, job.Failed, "no storage", "")
	if !ok || stored.Status != job.Failed || stored.Error != "no storage" || stored.FinishedAt.IsZero() || stored.ID != first.ID || stored.Attempt != 1 {
		h.fail("finish", "Finish of an execution that is RUNNING", "true, and the stored execution: FAILED, with its error, attempt 1 and FinishedAt", fmt.Sprintf("%t, %+v", ok, stored), "the Runner returns it to its caller")
	}
	h.want("finish", "the row after Finish", "1 FAILED 'no storage' no result finished", h.rows(zzjReport, window), "an operator looks for the reason there")
	h.want("finish", "the row of another window after Finish", "1 RUNNING '' no result not finished", h.rows(zzjReport, "2026-11-21"), "an execution is found by its id")

	second := h.begun("begin", "Begin after a failure", window, 2)
	stored, ok = h.finish("Finish of an execution that has succeeded", second, job.Succeeded, "", `{"sold": 3}`)
	if !ok || stored.Status != job.Succeeded || string(stored.Result) != `{"sold": 3}` {
		h.fail("finish", "Finish of an execution with a result", `true, SUCCEEDED, {"sold": 3}`, fmt.Sprintf("%t, %+v", ok, stored), "the result says where the report is")
	}
	h.refused("Begin of a window that has SUCCEEDED", window)
	if _, ok = h.finish("Finish of an execution that has SUCCEEDED", second, job.Failed, "late", ""); ok {
		h.fail("late", "Finish of an execution that has SUCCEEDED already", "false", "true; rows: "+h.rows(zzjReport, window), "an end is final")
	}
	h.want("late", "the history after a second Finish", `1 FAILED 'no storage' no result finished; 2 SUCCEEDED '' {"sold": 3} finished`, h.rows(zzjReport, window), "an end is final")
	if found, ok, err := h.executions.FindSucceeded(h.ctx(), zzjReport, window); err != nil || !ok || found.ID != second.ID {
		h.fail("finish", "FindSucceeded after a success", "the execution", fmt.Sprintf("%t, %+v, error: %v", ok, found, err), "it answers each repeated request")
	}
	if _, ok = h.finish("Finish of an execution without a row", job.Execution{ID: zzjID(), Job: zzjReport, Window: window}, job.Succeeded, "", "1"); ok {
		h.fail("late", "Finish of an execution without a row", "false", "true", "nothing was stored")
	}

	h.abandoned()
	h.race()
}

func (h *zzjHistory) abandoned() {
	h.Helper()
	const window = "2026-10-25"
	dead := h.begun("begin", "Begin of a window", window, 1)
	other := h.begun("begin", "Begin of another window", "2026-10-26", 1)
	h.age(dead, 14*time.Minute)
	h.age(other, time.Hour)
	h.close("CloseAbandoned", window, 15*time.Minute)
	h.want("too-early", "CloseAbandoned with an age of 15 minutes, and the row is 14 minutes old", "1 RUNNING '' no result not finished", h.rows(zzjReport, window), "its process may be alive")
	h.age(dead, 2*time.Minute)
	h.close("CloseAbandoned", window, 15*time.Minute)
	seen := h.rows(zzjReport, window)
	if !strings.HasPrefix(seen, "1 FAILED '") || strings.HasPrefix(seen, "1 FAILED '' ") || !strings.HasSuffix(seen, "no result finished") {
		h.fail("abandoned", "CloseAbandoned with an age of 15 minutes, and the row is 16 minutes old", "1 FAILED, with an error and finished_at", seen, "its process is dead, and the window waits for ever")
	}
	h.want("abandoned", "CloseAbandoned of one window: the row of another, an hour old", "1 RUNNING '' no result not finished", h.rows(zzjReport, "2026-10-26"), "another window has another lock")
	next := h.begun("abandoned", "Begin after CloseAbandoned", window, 2)
	if _, ok := h.finish("Finish of an execution that was closed", dead, job.Succeeded, "", `{"sold": 2}`); ok {
		h.fail("late", "a process was suspended until its row was closed, and calls Finish", "false", "true; rows: "+h.rows(zzjReport, window), "the next attempt runs already. A window must have one success")
	}
	h.finish("Finish of the next attempt", next, job.Succeeded, "", `{"sold": 3}`)
	h.age(next, 24*time.Hour)
	before := h.rows(zzjReport, window)
	if !strings.HasSuffix(before, `; 2 SUCCEEDED '' {"sold": 3} finished`) {
		h.fail("late", "the history after the late Finish, and that of the next attempt", `attempt 1 FAILED, attempt 2 SUCCEEDED with {"sold": 3}`, before, "the late end must change nothing")
	}
	h.close("CloseAbandoned", window, 15*time.Minute)
	h.want("abandoned", "CloseAbandoned, and the window has SUCCEEDED a day ago", before, h.rows(zzjReport, window), "only a RUNNING row can be abandoned")
	h.close("CloseAbandoned of a window without rows", "2026-10-27", 15*time.Minute)
}

// race lets many replicas begin one window at once, again and again.
func (h *zzjHistory) race() {
	h.Helper()
	const window = "2026-03-29"
	for round := 1; round <= 10; round++ {
		var mu sync.Mutex
		var begun []job.Execution
		var failed error
		var racing sync.WaitGroup
		start := make(chan struct{})
		for range 10 {
			racing.Go(func() {
				<-start
				e, ok, err := h.executions.Begin(h.ctx(), job.Execution{ID: zzjID(), Job: zzjReport, Window: window, Trigger: job.Cron, Status: job.Running})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed = err
				}
				if ok {
					begun = append(begun, e)
				}
			})
		}
		close(start)
		racing.Wait()
		if failed != nil {
			h.fail("race", "ten calls of Begin at once", "one true, nine false, no error", failed.Error(), "to be too late is no failure: the caller says ErrRunning")
		}
		if len(begun) != 1 || begun[0].Attempt != round {
			h.fail("race", "ten calls of Begin at once", fmt.Sprintf("one true, attempt %d", round), fmt.Sprintf("%d true; rows: %s", len(begun), h.rows(zzjReport, window)), "each that begins makes a report")
		}
		h.finish("Finish after a race", begun[0], job.Failed, "no storage", "")
	}
}

func zzjID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// zzjAddress is the database that the check has leased.
func zzjAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-jobs-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	return string(text)
}
