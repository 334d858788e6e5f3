// Hidden checks of the lesson on jobs. They use only names that the lesson gives.
package usecase_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

// What a day is, is the matter of another check.
func init() { time.Local = time.UTC }

const zzjReport = "daily_sales_report"

var errZZJ = errors.New("dial tcp 10.0.0.7:5432: connection refused")

// zzjRunner is a job.Runner that notes what it is asked for.
type zzjRunner struct {
	mu       sync.Mutex
	asked    []string
	active   int
	together int
	answer   func(ctx context.Context, window string) (job.Execution, bool, error)
}

// Run implements usecase.JobRunner.
func (r *zzjRunner) Run(ctx context.Context, j job.Job, window string, trigger job.Trigger) (job.Execution, bool, error) {
	r.mu.Lock()
	r.asked = append(r.asked, fmt.Sprintf("%s %s %s", j.Name, window, trigger))
	r.active++
	r.together = max(r.together, r.active)
	r.mu.Unlock()
	time.Sleep(time.Millisecond)
	e, replayed, err := r.answer(ctx, window)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active--
	e.Job, e.Window, e.Trigger = j.Name, window, trigger
	return e, replayed, err
}

func zzjDone(context.Context, string) (job.Execution, bool, error) {
	return job.Execution{ID: uuid.NewString(), Status: job.Succeeded}, false, nil
}

func (r *zzjRunner) windows() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.asked) == 0 {
		return "none"
	}
	return strings.Join(r.asked, ", ")
}

// zzjDesk makes a use case on a fake runner, with time of its own. The last day that is over is 2026-11-20.
func zzjDesk(t *testing.T, answer func(ctx context.Context, window string) (job.Execution, bool, error), test func(r *zzjRunner, u *usecase.BackfillJob)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &zzjRunner{answer: answer}
		latest := job.Job{Name: zzjReport, Latest: func(time.Time) string { return "2026-11-20" }}
		jobs := usecase.NewJobs(r, time.Now, latest, job.Job{Name: "another", Latest: latest.Latest})
		test(r, usecase.NewBackfillJob(usecase.AnswerConfig{Margin: time.Second, Poll: time.Second, PollMax: time.Second}, jobs))
	})
}

func zzjFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzjResult is a result in a line.
func zzjResult(r dto.WindowResult) string {
	text := r.Window + ":"
	if r.Execution != nil {
		text += " " + string(r.Execution.Status)
		if r.Execution.Window != r.Window {
			text += " of " + r.Execution.Window
		}
	}
	if r.Err != nil {
		text += fmt.Sprintf(" %s %s", r.Err.Code, r.Err.Reason)
	}
	return text
}

func zzjWant(t *testing.T, id, what string, want []string, results []dto.WindowResult, err error, why string) {
	t.Helper()
	if err != nil {
		zzjFail(t, id, what, strings.Join(want, ", "), fmt.Sprintf("the error %q", err), why)
	}
	var seen []string
	for _, r := range results {
		seen = append(seen, zzjResult(r))
	}
	if strings.Join(seen, ", ") != strings.Join(want, ", ") {
		zzjFail(t, id, what, strings.Join(want, ", "), strings.Join(seen, ", "), why)
	}
}

func TestZZJobsBackfill(t *testing.T) {
	zzjDesk(t, zzjDone, func(r *zzjRunner, u *usecase.BackfillJob) {
		results, err := u.Execute(context.Background(), dto.BackfillJob{Job: zzjReport, From: "2026-11-17", To: "2026-11-20"})
		zzjWant(t, "windows", "a backfill of four days", []string{"2026-11-17: SUCCEEDED", "2026-11-18: SUCCEEDED", "2026-11-19: SUCCEEDED", "2026-11-20: SUCCEEDED"}, results, err,
			"there is a result for each window, the oldest first")
		if r.together != 1 {
			zzjFail(t, "at-once", "windows that run at once", "1", fmt.Sprint(r.together), "a year of reports at once takes the database away from the customers of today")
		}
		want := "daily_sales_report 2026-11-17 backfill, daily_sales_report 2026-11-18 backfill, daily_sales_report 2026-11-19 backfill, daily_sales_report 2026-11-20 backfill"
		if seen := r.windows(); seen != want {
			zzjFail(t, "windows", "the windows that are given to the runner", want, seen, "each window once, the oldest first, with the trigger Backfill")
		}
		results, err = u.Execute(context.Background(), dto.BackfillJob{Job: zzjReport, From: "2026-11-20", To: "2026-11-20"})
		zzjWant(t, "windows", "a backfill of one day", []string{"2026-11-20: SUCCEEDED"}, results, err, "from and to are both included")
		results, err = u.Execute(context.Background(), dto.BackfillJob{Job: zzjReport, From: "2025-11-20", To: "2026-11-20"})
		if err != nil || len(results) != 366 || results[0].Window != "2025-11-20" || results[365].Window != "2026-11-20" {
			zzjFail(t, "windows", "a backfill of 366 days", "366 results from 2025-11-20 to 2026-11-20", fmt.Sprintf("%d results, error: %v", len(results), err), "a year is allowed")
		}
	})

	log := new(bytes.Buffer)
	ctx := logging.Into(context.Background(), logging.NewTo(log, logging.Config{Level: "info"}, "order"))
	zzjDesk(t, func(_ context.Context, window string) (job.Execution, bool, error) {
		switch window {
		case "2026-11-16":
			return job.Execution{}, false, fmt.Errorf("begin execution: %w", errZZJ)
		case "2026-11-17":
			return job.Execution{Status: job.Failed, Error: "no storage"}, false, nil
		case "2026-11-18":
			return job.Execution{}, false, job.ErrRunning
		case "2026-11-19":
			return job.Execution{Status: job.Succeeded}, true, nil
		default:
			return zzjDone(context.Background(), window)
		}
	}, func(_ *zzjRunner, u *usecase.BackfillJob) {
		results, err := u.Execute(ctx, dto.BackfillJob{Job: zzjReport, From: "2026-11-15", To: "2026-11-20"})
		zzjWant(t, "goes-on", "of six days the second cannot begin, the third fails, the fourth runs on another replica, and the fifth was done before", []string{
			"2026-11-15: SUCCEEDED", "2026-11-16: " + errs.Internal.String() + " INTERNAL", "2026-11-17: FAILED " + errs.Internal.String() + " JOB_FAILED",
			"2026-11-18: " + errs.Aborted.String() + " JOB_RUNNING", "2026-11-19: SUCCEEDED", "2026-11-20: SUCCEEDED",
		}, results, err, "windows are independent: a day that fails stops no other, and each says what became of it")
		if strings.Contains(results[1].Err.Message, errZZJ.Error()) {
			zzjFail(t, "cause", "the result of a day that could not begin", "a public text", results[1].Err.Message, "the admin is not the only one who reads it")
		}
		if !strings.Contains(log.String(), errZZJ.Error()) || !strings.Contains(log.String(), "2026-11-16") {
			zzjFail(t, "cause", "the cause of an internal error is not in the log", "a line with "+errZZJ.Error()+" and the window", log.String(), "the caller does not get it, and nothing above logs it")
		}
	})

	zzjDesk(t, func(ctx context.Context, window string) (job.Execution, bool, error) {
		select {
		case <-time.After(2*time.Second - time.Millisecond):
			return zzjDone(ctx, window)
		case <-ctx.Done():
			return job.Execution{Status: job.Running}, false, nil
		}
	}, func(r *zzjRunner, u *usecase.BackfillJob) {
		ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
		defer cancel()
		results, err := u.Execute(ctx, dto.BackfillJob{Job: zzjReport, From: "2026-11-16", To: "2026-11-20"})
		if ctx.Err() != nil {
			zzjFail(t, "deadline", "the caller waits for 6 seconds, Margin is a second, and each window takes two", "an answer after 5s", "an answer after the caller has left", "it does not learn which days are done")
		}
		aborted := " " + errs.Aborted.String() + " NOT_REACHED"
		zzjWant(t, "deadline", "the caller waits for 6 seconds, Margin is a second, and each of five windows takes two", []string{
			"2026-11-16: SUCCEEDED", "2026-11-17: SUCCEEDED", "2026-11-18: RUNNING " + errs.Aborted.String() + " JOB_RUNNING", "2026-11-19:" + aborted, "2026-11-20:" + aborted,
		}, results, err, "the answer says what is done and what is not, and the repeated request gets further")
		if seen := r.windows(); strings.Contains(seen, "2026-11-19") {
			zzjFail(t, "deadline", "the time is over: windows that are given to the runner", "up to 2026-11-18", seen, "they would begin without a caller who waits")
		}
	})
	zzjDesk(t, func(ctx context.Context, _ string) (job.Execution, bool, error) {
		<-ctx.Done()
		return job.Execution{}, false, errs.Wrap(ctx.Err(), errs.Unavailable, "JOB_NOT_STARTED", "the window cannot be locked now, try again later")
	}, func(_ *zzjRunner, u *usecase.BackfillJob) {
		ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
		defer cancel()
		results, err := u.Execute(ctx, dto.BackfillJob{Job: zzjReport, From: "2026-11-19", To: "2026-11-20"})
		aborted := " " + errs.Aborted.String() + " NOT_REACHED"
		zzjWant(t, "deadline", "Redis does not answer until the time is over", []string{"2026-11-19:" + aborted, "2026-11-20:" + aborted}, results, err, "the window did not begin, because there was no time left")
	})

	for _, c := range []struct {
		what string
		in   dto.BackfillJob
		code errs.Code
	}{
		{"a job that does not exist", dto.BackfillJob{Job: "unknown", From: "2026-11-19", To: "2026-11-20"}, errs.NotFound},
		{"a day that does not exist", dto.BackfillJob{Job: zzjReport, From: "2026-11-31", To: "2026-11-20"}, errs.InvalidInput},
		{"an end that is no day", dto.BackfillJob{Job: zzjReport, From: "2026-11-19", To: "today"}, errs.InvalidInput},
		{"a day that is not over", dto.BackfillJob{Job: zzjReport, From: "2026-11-19", To: "2026-11-21"}, errs.Precondition},
		{"from after to", dto.BackfillJob{Job: zzjReport, From: "2026-11-20", To: "2026-11-19"}, errs.InvalidInput},
		{"367 days", dto.BackfillJob{Job: zzjReport, From: "2025-11-19", To: "2026-11-20"}, errs.InvalidInput},
		{"a thousand years", dto.BackfillJob{Job: zzjReport, From: "1026-11-19", To: "2026-11-20"}, errs.InvalidInput},
	} {
		zzjDesk(t, zzjDone, func(r *zzjRunner, u *usecase.BackfillJob) {
			results, err := u.Execute(context.Background(), c.in)
			if err == nil || errs.CodeOf(err) != c.code {
				zzjFail(t, "range", "a backfill with "+c.what, "an error with the code "+c.code.String(), fmt.Sprintf("%d results, error: %v", len(results), err), "the request is wrong as a whole, and its sender must learn that")
			}
			if seen := r.windows(); seen != "none" {
				zzjFail(t, "range", "a backfill with "+c.what+": windows that are run", "none", seen, "a request that is refused must do nothing")
			}
		})
	}
}
