package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"shop/platform/errs"
	"shop/platform/job"
)

func TestZZJobsOnce(t *testing.T) {
	zzjRun(t, func(o *zzjOffice) { // one replica, a good day
		a := o.replica().run(context.Background(), zzjQuick)
		o.want("ordinary", "a job that succeeds", "an execution, SUCCEEDED", a.String(), "nothing else works before this does")
		o.want("order", "a run does things in another order", "acquire "+zzjKey+", begin, run, finish SUCCEEDED, release", o.story(),
			"without the lock and the row two replicas work at once; a lock that is released before the row says so lets the next one in")
		rows := o.history()
		_, err := uuid.Parse(a.e.ID)
		if len(rows) != 1 || err != nil || rows[0].ID != a.e.ID || rows[0].Trigger != job.Backfill {
			o.fail("row", "the row is not that of the execution", "one row with the id of the execution, a UUID, and the trigger BACKFILL of the call",
				fmt.Sprintf("id %q and %d rows: %+v", a.e.ID, len(rows), rows), "the history is what operators look at")
		}
		o.want("row", "the execution that Run returns is not the one of the history", zzjPrint(rows[0]), zzjPrint(a.e), "its caller shows what is stored")
		o.want("row", "the result of the job is not stored as JSON", `{"sold":3}`, string(rows[0].Result), "the result says where the report is")
	})
	zzjRun(t, func(o *zzjOffice) { // three replicas at once
		replicas := []*zzjReplica{o.replica(), o.replica(), o.replica()}
		var answers []<-chan zzjAnswer
		for range 3 {
			for _, r := range replicas {
				answers = append(answers, r.start(context.Background(), o.during(time.Minute)))
			}
		}
		succeeded := 0
		for _, answered := range answers {
			a := replicas[0].await(answered)
			switch {
			case a.err == nil && a.e.Status == job.Succeeded && !a.replayed:
				succeeded++
			case !errors.Is(a.err, job.ErrRunning):
				o.fail("locked-out", "three replicas are asked at once: the answer of one that was too late is wrong", "ErrRunning", a.String(),
					"the caller must know that the window is in work, and may ask again")
			}
		}
		o.want("twice", "three replicas are asked for one window, three times each, at once", "1 run", fmt.Sprintf("%d run", o.count("run")),
			"each run is a second report, a second e-mail or a second payment")
		if succeeded != 1 {
			o.fail("locked-out", "three replicas are asked at once, and the wrong number of them says that it has done the work", "one", fmt.Sprint(succeeded), "only one has")
		}
		before := o.count("acquire " + zzjKey)
		for _, r := range replicas {
			o.replayed(r, "a window that is done is asked for again")
		}
		o.set(&o.acquire, zzjBroken)
		o.replayed(replicas[1], "a window that is done is asked for while Redis is down")
		if after := o.count("acquire " + zzjKey); after != before {
			o.fail("replay", "a window that is done is asked for again", "an answer from the history", fmt.Sprintf("%d more locks are acquired", after-before),
				"the history knows. It needs no lock, and no Redis")
		}
		zzjStop(replicas[2])
		o.replayed(replicas[2], "a window that is done is asked for while the service stops")
	})
	zzjRun(t, func(o *zzjOffice) { // Redis forgets the lock
		first, second := o.replica(), o.replica()
		working := first.start(context.Background(), o.during(time.Minute))
		synctest.Wait()
		o.mu.Lock()
		clear(o.locks)
		o.mu.Unlock()

		a := second.run(context.Background(), zzjQuick)

		if o.count("run") != 1 {
			o.fail("twice", "Redis restarts during a run and has forgotten the lock: a second replica runs the same window", "1 run", fmt.Sprintf("%d runs; rows: %s", o.count("run"), o.table()),
				"the lock saves work, and the row decides. What does Begin return for a window that is RUNNING?")
		}
		if !errors.Is(a.err, job.ErrRunning) {
			o.fail("locked-out", "the row says that the window is RUNNING, and the lock was free", "ErrRunning", a.String(), "the caller may ask again later")
		}
		synctest.Wait()
		if o.locked(zzjKey) {
			o.fail("lock-kept", "a run that found a RUNNING row keeps its lock", "it is released", "it is held", "no replica can try this window until it expires")
		}
		o.want("ordinary", "the first run", "an execution, SUCCEEDED", first.await(working).String(), "it was not disturbed")
	})
	zzjRun(t, func(o *zzjOffice) { // another replica is done between the look and the lock
		r := o.replica()
		o.acquire = func(context.Context) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.rows = append(o.rows, job.Execution{ID: uuid.NewString(), Job: zzjName, Window: zzjWindow, Status: job.Succeeded, Attempt: 1, StartedAt: time.Now()})
			return nil
		}
		a := r.run(context.Background(), zzjQuick)
		if o.count("run") != 0 {
			o.fail("twice", "another replica has done the window between the look into the history and the lock: it is done again", "no run", o.story(),
				"what was read before the lock may be old. Begin compares and writes in one step")
		}
		if !errors.Is(a.err, job.ErrRunning) && (!a.replayed || a.e.Status != job.Succeeded) {
			o.fail("locked-out", "another replica has done the window in between", "ErrRunning, or the earlier execution", a.String(), "nothing was run here")
		}
		synctest.Wait()
		if o.locked(zzjKey) {
			o.fail("lock-kept", "a run that did not begin keeps its lock", "it is released", "it is held", "no replica can try this window until it expires")
		}
	})
}

// replayed requires that Run returns the earlier execution.
func (o *zzjOffice) replayed(r *zzjReplica, what string) {
	o.Helper()
	a := r.run(context.Background(), zzjQuick)
	if a.err != nil || !a.replayed || a.e.Status != job.Succeeded || a.e.ID != o.history()[0].ID {
		o.fail("replay", what, "the earlier execution, SUCCEEDED, with replayed true", a.String(), "a request that is repeated must be harmless")
	}
}

func zzjPrint(e job.Execution) string {
	text, _ := json.Marshal(e)
	return string(text)
}

func TestZZJobsCrash(t *testing.T) {
	zzjRun(t, func(o *zzjOffice) { // the row of a process that may be alive
		r := o.replica()
		o.rows = []job.Execution{{ID: uuid.NewString(), Job: zzjName, Window: zzjWindow, Status: job.Running, Attempt: 1, StartedAt: time.Now()}}
		time.Sleep(zzjConfig.LockTTL - time.Minute)
		a := r.run(context.Background(), zzjQuick)
		if !errors.Is(a.err, job.ErrRunning) || o.count("run") != 0 {
			o.fail("too-early", "a RUNNING row is 14 minutes old, a lock lives for 15, and Redis has lost this one: another replica takes over", "ErrRunning, and no run",
				fmt.Sprintf("%s; %d runs", a, o.count("run")), "its process may be alive. Only a row that is older than a lock can be belongs to a dead one")
		}
		time.Sleep(2 * time.Minute)
		a = r.run(context.Background(), zzjQuick)
		if a.err != nil || a.e.Status != job.Succeeded || a.e.Attempt != 2 || o.statuses() != "FAILED, SUCCEEDED" {
			o.fail("never", "a process died in the middle of a run 16 minutes ago, and its lock has expired: no replica takes over",
				"the old row is FAILED, and attempt 2 SUCCEEDED", fmt.Sprintf("%s; rows: %s", a, o.table()), "a RUNNING row without a process blocks its window for ever")
		}
	})
	zzjRun(t, func(o *zzjOffice) { // a process that was suspended
		first, second := o.replica(), o.replica()
		ctx, log := zzjLogged()
		late := first.start(ctx, o.during(20*time.Minute))
		time.Sleep(16 * time.Minute)
		b := second.run(context.Background(), zzjQuick)
		o.want("never", "the lock of a suspended process has expired, and its row is older than that", "an execution, SUCCEEDED", b.String(), "another replica takes over")
		a := first.await(late)
		if a.err != nil || a.e.Status != job.Failed || !strings.Contains(a.e.Error, "marked as abandoned") || len(a.e.Result) != 0 {
			o.fail("late", "a process was suspended for so long that its row was closed, and comes back with a result",
				`an execution, FAILED: "the execution was marked as abandoned", without a result`, fmt.Sprintf("%s %q %s", a, a.e.Error, a.e.Result),
				"its work may be older than that of the replica which took over")
		}
		o.want("late", "the history after a late end", "FAILED, SUCCEEDED", o.statuses(), "a window has one success")
		o.want("late", "the metrics of the late process", "running 0, ended [FAILED], not started 0", first.metrics.String(), "the dashboard must not show a success that is none")
		if !strings.Contains(log.String(), "platform.job.failed") {
			o.fail("late", "a late end is not in the log", "platform.job.failed", log.String(), "the operator looks for the reason there")
		}
	})
	zzjRun(t, func(o *zzjOffice) { // the end cannot be recorded
		r := o.replica()
		ctx, log := zzjLogged()
		o.finish = zzjBroken
		a := r.run(ctx, zzjQuick)
		if a.err != nil || a.e.Status != job.Failed || len(a.e.Result) != 0 || a.e.ID == "" {
			o.fail("unrecorded", "the job has succeeded, and the database is down when its row should say so", "an execution, FAILED, without a result", fmt.Sprintf("%s %s", a, a.e.Result),
				"the row is RUNNING, and the window will be run again. A caller who is told SUCCEEDED relies on a success that the history denies")
		}
		if strings.Contains(a.e.Error, errZZJ.Error()) || !strings.Contains(a.e.Error, a.e.ID) {
			o.fail("unrecorded", "the error of an execution whose end was not recorded", "a public text with the execution's id", a.e.Error, "callers read it; the cause is for the log")
		}
		if !strings.Contains(log.String(), errZZJ.Error()) {
			o.fail("unrecorded", "the cause is not in the log", errZZJ.Error(), log.String(), "the text of the row points to the log")
		}
		o.want("unrecorded", "the metrics", "running 0, ended [FAILED], not started 0", r.metrics.String(), "an alert looks at them")
		o.set(&o.finish, nil)
		time.Sleep(zzjConfig.LockTTL + time.Minute)
		o.want("never", "the end of a run was not recorded, and its row is older than a lock", "an execution, SUCCEEDED", r.run(context.Background(), zzjQuick).String(),
			"the next run takes over")
	})
}

func TestZZJobsNotStarted(t *testing.T) {
	why := "without an answer from Redis nothing runs, but the window must not be lost: its caller tries again, and the metric wakes the operator"
	zzjRun(t, func(o *zzjOffice) { // Redis is down
		r := o.replica()
		o.acquire = zzjBroken
		a := r.run(context.Background(), zzjQuick)
		o.refused("redis-down", "Redis is down", a, errs.Unavailable, why)
		if errors.Is(a.err, job.ErrRunning) {
			o.fail("redis-down", "Redis is down, and the caller is told that the window is in progress", "another error than ErrRunning", a.String(), "no replica has it")
		}
		o.notBegun("redis-down", "Redis is down", r, 1)
	})
	zzjRun(t, func(o *zzjOffice) { // the answer of Redis is lost
		r := o.replica()
		o.acquired = func() error { return errZZJ }
		o.refused("redis-down", "Redis has the lock, and its answer is lost", r.run(context.Background(), zzjQuick), errs.Unavailable, why)
		synctest.Wait()
		if o.locked(zzjKey) {
			o.fail("lock-kept", "Redis has the lock, and its answer is lost: the lock stays", "release is called", o.story(),
				"an error says nothing about the lock. Held by no process, it blocks the window for a quarter of an hour")
		}
	})
	zzjRun(t, func(o *zzjOffice) { // Redis does not answer at all
		r := o.replica()
		o.acquire, o.release = o.silent, o.silent
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		o.refused("redis-down", "Redis does not answer", r.run(ctx, zzjQuick), errs.Unavailable, why)
		if took := time.Since(began); took > time.Second {
			o.fail("waits", "Redis does not answer, and the context of the caller ends after a second: Run waits for the release of the lock", "1s", took.String(),
				"the caller is gone. Who waits for what is not needed any more is late for the next window")
		}
		synctest.Wait()
		if o.count("release fails") != 0 {
			o.fail("lock-kept", "the release of a lock whose answer was lost has a context that has ended", "a context of its own", "it fails at once",
				"the caller's context ends when the answer is late, and that is when the lock may be held")
		}
		o.want("stop", "Stop, while a lock is being released", "<nil> after 5s", zzjStop(r), "Redis does not answer: after FinishTimeout the lock is left to expire. Stop waits for that")
	})
	zzjRun(t, func(o *zzjOffice) { // another replica has it
		r := o.replica()
		o.locks[zzjKey] = "another replica"
		if a := r.run(context.Background(), zzjQuick); !errors.Is(a.err, job.ErrRunning) {
			o.fail("taken", "another replica has the lock", "ErrRunning", a.String(), "this is not a failure, and must not look like one")
		}
		o.notBegun("taken", "another replica has the lock", r, 0)
		if !o.locked(zzjKey) {
			o.fail("taken", "the lock of another replica is released", "it stays", "it is gone", "a third replica gets it, and works beside the second")
		}
	})
	for _, name := range []string{"FindSucceeded", "CloseAbandoned", "Begin"} {
		zzjRun(t, func(o *zzjOffice) {
			r := o.replica()
			*map[string]*func(context.Context) error{"FindSucceeded": &o.find, "CloseAbandoned": &o.abandoned, "Begin": &o.begin}[name] = zzjBroken
			a := r.run(context.Background(), zzjQuick)
			if !errors.Is(a.err, errZZJ) {
				o.fail("database", name+" fails", "its error in the chain", a.String(), "the window is not done, and it is not in progress")
			}
			synctest.Wait()
			if o.locked(zzjKey) {
				o.fail("lock-kept", name+" fails, and the lock stays", "release is called", o.story(), "no replica can try again until the lock expires")
			}
			o.notBegun("database", name+" fails", r, 1)
		})
	}
	zzjRun(t, func(o *zzjOffice) { // the database fails, and Redis is slow
		r := o.replica()
		o.begin, o.release = zzjBroken, o.silent
		began := time.Now()
		r.run(context.Background(), zzjQuick)
		if took := time.Since(began); took > 0 {
			o.fail("waits", "Begin fails, and Redis does not answer the release: Run waits for it", "0s", took.String(), "a lock that is not released expires; the caller has its answer already")
		}
	})
	zzjRun(t, func(o *zzjOffice) { // the row belongs to another
		r := o.replica()
		o.rows = []job.Execution{{ID: uuid.NewString(), Job: zzjName, Window: zzjWindow, Status: job.Running, Attempt: 1, StartedAt: time.Now()}}
		r.run(context.Background(), zzjQuick)
		synctest.Wait()
		o.notBegun("taken", "another replica has the row", r, 0)
	})
	zzjRun(t, func(o *zzjOffice) { // the service is stopping
		r := o.replica()
		o.want("stop", "Stop, while nothing runs", "<nil> after 0s", zzjStop(r), "there is nothing to wait for")
		o.refused("stop", "Run after Stop", r.run(context.Background(), zzjQuick), errs.Unavailable, "Stop cannot wait for what begins after it")
		if o.count("run") != 0 || o.count("acquire "+zzjKey) != 0 {
			o.fail("stop", "Run after Stop begins an execution", "nothing happens", o.story(), "the process ends in the middle of it")
		}
	})
}

// notBegun requires that nothing was run or stored, and the metrics.
func (o *zzjOffice) notBegun(id, what string, r *zzjReplica, notStarted int) {
	o.Helper()
	if o.count("run") != 0 || o.count("begin") != 0 {
		o.fail(id, what+", and the job is run", "no row, and no run", o.story(), "two replicas may do the same work")
	}
	o.want("metrics", what+": the metrics", fmt.Sprintf("running 0, ended none, not started %d", notStarted), r.metrics.String(),
		"NOT_STARTED is for what an operator must look at: Redis or the database does not answer. A lock that is held is an ordinary day")
}

// zzjStop stops the replica, and says what came back and when.
func zzjStop(r *zzjReplica) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	began := time.Now()
	err := r.Stop(ctx)
	return fmt.Sprintf("%v after %s", err, time.Since(began))
}
