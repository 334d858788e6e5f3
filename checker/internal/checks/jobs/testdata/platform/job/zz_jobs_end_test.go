package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

func TestZZJobsEnd(t *testing.T) {
	internal := "internal error, see execution_id %s in the log"
	for _, c := range []struct {
		id, what string
		work     func(context.Context, string) (any, error)
		public   string
		why      string
	}{
		{"error", "the job returns an error", func(context.Context, string) (any, error) { return nil, fmt.Errorf("store sales: %w", errZZJ) }, internal, "addresses, queries and names belong into the log"},
		{"error", "the job returns an error with a public part", func(context.Context, string) (any, error) {
			return nil, errs.Wrap(errZZJ, errs.Precondition, "TOO_EARLY", "the day is not over")
		}, "the day is not over", "the admin can do something about it"},
		{"panic", "the job panics", func(context.Context, string) (any, error) { panic(errZZJ) }, internal, "one report must not end the service, and its row must not say RUNNING for ever"},
		{"panic", "the job panics after it has written its result", func(context.Context, string) (any, error) {
			var sold map[string]int
			sold["dial tcp 10.0.0.7:9000: connection refused"]++
			return sold, nil
		}, internal, "one report must not end the service, and its row must not say RUNNING for ever"},
		{"result", "the result of the job cannot be encoded as JSON", func(context.Context, string) (any, error) { return func() {}, nil }, internal, "a success without its result is none"},
	} {
		zzjRun(t, func(o *zzjOffice) {
			r := o.replica()
			ctx, log := zzjLogged()
			a := r.run(ctx, c.work)
			expected := c.public
			if strings.Contains(expected, "%s") {
				expected = fmt.Sprintf(expected, a.e.ID)
			}
			o.failed(c.id, c.what, a, expected, c.why)
			if c.id == "error" && strings.Count(log.String(), errZZJ.Error()) != 1 {
				o.fail("log", c.what+": its cause is not in the log once", "one line with "+errZZJ.Error(), log.String(), "the row hides the cause; without the log it is lost")
			}
			o.want("metrics", c.what+": the metrics", "running 0, ended [FAILED], not started 0", r.metrics.String(), "an alert looks at them")
			a = r.run(context.Background(), zzjQuick)
			if a.err != nil || a.e.Status != job.Succeeded || a.e.Attempt != 2 {
				o.fail(c.id, c.what+", and then it is run again", "attempt 2, SUCCEEDED", fmt.Sprintf("%s; rows: %s; %s", a, o.table(), o.story()), "a failure is no obstacle for the next attempt")
			}
		})
	}
	zzjRun(t, func(o *zzjOffice) { // it takes too long
		r := o.replica()
		began := time.Now()
		a := r.run(context.Background(), o.untilEnd)
		if took := time.Since(began); took != zzjConfig.Timeout {
			o.fail("timeout", "the job works until its context ends", "10m0s, which is JOB_TIMEOUT", took.String(), "the lock expires after 15 minutes, and another replica begins")
		}
		o.failed("timeout", "the job exceeds its timeout", a, "the execution exceeded its timeout", "the admin must see why, not that a connection was closed")
	})
	zzjRun(t, func(o *zzjOffice) { // it takes too long, and does not look at its context
		r := o.replica()
		began := time.Now()
		a := r.run(context.Background(), o.during(12*time.Minute))
		if took := time.Since(began); a.err != nil || a.e.Status != job.Succeeded || took != 12*time.Minute {
			o.fail("value", "the job does not look at its context, and returns a value after 12 minutes", "an execution, SUCCEEDED, after 12m0s", fmt.Sprintf("%s after %s; rows: %s", a, took, o.table()),
				"as long as it works, its lock must stay: who gives up waiting for a job has not ended it. And its work is done")
		}
		o.want("value", "the history of a job that returned a value after its timeout", "SUCCEEDED", o.statuses(), "the work is done, and the lock was held")
	})
	zzjRun(t, func(o *zzjOffice) { // the service stops
		r := o.replica()
		working := r.start(context.Background(), func(ctx context.Context, window string) (any, error) {
			result, err := o.untilEnd(ctx, window)
			time.Sleep(time.Second) // it cleans up
			return result, err
		})
		synctest.Wait()
		o.want("stop", "Stop, while a job runs that needs a second to end", "<nil> after 1s", zzjStop(r), "the process ends when Stop returns: until then the row must be written")
		if rows := o.statuses(); rows != "FAILED" || o.locked(zzjKey) {
			o.fail("stop", "Stop has returned", "the row is FAILED, and the lock is released", fmt.Sprintf("rows: %s; the lock is held: %t", o.table(), o.locked(zzjKey)),
				"the next replica would have to wait for the lock to expire")
		}
		o.failed("stop", "the service stops while the job runs", r.await(working), "the service is stopping", "the admin must see why")
	})
	zzjRun(t, func(o *zzjOffice) { // the caller leaves
		r := o.replica()
		ctx, log := zzjLogged()
		ctx, leave := context.WithTimeout(ctx, 5*time.Second)
		defer leave()
		ended := make(chan string, 1)
		began := time.Now()
		a := r.run(ctx, func(ctx context.Context, window string) (any, error) {
			time.Sleep(time.Minute)
			logging.From(ctx).Info("the job has a log")
			ended <- fmt.Sprint(ctx.Err())
			return nil, ctx.Err()
		})
		if took := time.Since(began); took > 5*time.Second || a.err != nil || a.e.Status != job.Running {
			o.fail("caller", "the caller waits for 5 seconds, and the job needs a minute", "an execution, RUNNING, after 5s", fmt.Sprintf("%s after %s", a, took),
				"an answer that never comes is worse than one that says: still running")
		}
		time.Sleep(2 * time.Minute)
		select {
		case seen := <-ended:
			o.want("caller", "the context of the job, after its caller has left", "<nil>", seen, "a browser that is closed must not end the report of the day")
		default:
			o.fail("caller", "the job did not come to its end after its caller had left", "it goes on", o.story(), "a browser that is closed must not end the report of the day")
		}
		o.want("caller", "the history after the caller has left", "SUCCEEDED", o.statuses(), "the end is recorded, although no caller waits for it any more")
		if !strings.Contains(log.String(), "the job has a log") {
			o.fail("caller", "the context of the job does not have the values of the caller's", "its log", log.String(), "a log without the trace of the request helps no one")
		}
		o.want("metrics", "the metrics after the caller has left", "running 0, ended [SUCCEEDED], not started 0", r.metrics.String(), "an alert looks at them")
	})
	zzjRun(t, func(o *zzjOffice) { // while it runs
		r := o.replica()
		working := r.start(context.Background(), o.during(time.Minute))
		synctest.Wait()
		o.want("metrics", "the metrics while a job runs", "running 1, ended none, not started 0", r.metrics.String(), "a job that hangs shows in no other place")
		o.set(&o.release, func(context.Context) error { return errors.New("read tcp: connection reset") })
		a := r.await(working)
		if a.err != nil || a.e.Status != job.Succeeded {
			o.fail("release", "the lock cannot be released", "an execution, SUCCEEDED", a.String(), "the row is written; the lock expires by itself")
		}
		o.want("metrics", "the metrics after the end", "running 0, ended [SUCCEEDED], not started 0", r.metrics.String(), "an alert looks at them")
	})
	zzjRun(t, func(o *zzjOffice) { // the database is silent at the end
		r := o.replica()
		o.finish, o.release = o.silent, o.silent
		began := time.Now()
		a := r.run(context.Background(), zzjQuick)
		if took := time.Since(began); took > 2*zzjConfig.FinishTimeout || a.err != nil || a.e.Status != job.Failed {
			o.fail("finish", "the database and Redis do not answer at the end of a run", "an execution, FAILED, after 10s at most: FinishTimeout bounds the row and the lock", fmt.Sprintf("%s after %s", a, took),
				"a process that waits for ever cannot stop")
		}
	})
}

// failed requires a FAILED execution, in the answer and in the history, and no lock.
func (o *zzjOffice) failed(id, what string, a zzjAnswer, public, why string) {
	o.Helper()
	rows := o.history()
	if a.err != nil || a.e.Status != job.Failed || len(rows) == 0 || rows[len(rows)-1].Status != job.Failed {
		o.fail(id, what, "an execution, FAILED, and a row that says so", fmt.Sprintf("%s; rows: %s; %s", a, o.table(), o.story()), why)
	}
	if a.e.Error != public || rows[len(rows)-1].Error != public {
		o.fail(id, what+": the error of the execution", public, fmt.Sprintf("%q, in its row %q", a.e.Error, rows[len(rows)-1].Error), why)
	}
	if len(a.e.Result) != 0 || len(rows[len(rows)-1].Result) != 0 {
		o.fail(id, what+": a FAILED execution has a result", "none", string(a.e.Result)+string(rows[len(rows)-1].Result), why)
	}
	if o.locked(zzjKey) {
		o.fail("lock-kept", what+", and the lock stays", "it is released", o.story(), "the next attempt would have to wait until it expires")
	}
}
