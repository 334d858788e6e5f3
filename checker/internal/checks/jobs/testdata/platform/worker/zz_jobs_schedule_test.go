// Hidden checks of the lesson on jobs. They use only names that the lesson gives.
package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // the machine may have none

	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"shop/platform/job"
	"shop/platform/worker"
)

// The machine is in a zone with summer time.
func init() {
	if berlin, err := time.LoadLocation("Europe/Berlin"); err == nil {
		time.Local = berlin
	}
}

var errZZJ = errors.New("no storage")

// zzjNight is one replica with a schedule, its lock and its history.
type zzjNight struct {
	*testing.T
	runner    *job.Runner
	scheduler *worker.Scheduler
	quit      chan struct{}

	mu   sync.Mutex
	runs []string // when, and for which window
	rows []job.Execution
	lock func(ctx context.Context) error // the answer to Acquire
	// trigger is one that is not that of a schedule.
	trigger string
}

func zzjSchedule(t *testing.T, spec string, limit int, work func(n *zzjNight, run int) error, test func(n *zzjNight)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &zzjNight{T: t, quit: make(chan struct{})}
		cfg := job.Config{Timeout: 10 * time.Minute, LockTTL: 15 * time.Minute, FinishTimeout: 5 * time.Second, RetryInterval: 5 * time.Minute, RetryLimit: limit}
		metrics := worker.NewMetrics(prometheus.NewRegistry())
		n.runner = job.NewRunner(cfg, n, n, metrics)
		n.scheduler = worker.NewScheduler(cfg, n.runner, metrics, time.Now, zap.NewNop())
		schedule, err := cron.ParseStandard(spec)
		if err != nil {
			t.Skipf("read the schedule: %v", err)
		}
		t.Cleanup(func() {
			close(n.quit)
			n.stop()
			_ = n.runner.Stop(context.Background())
			time.Sleep(24 * time.Hour) // what still sleeps wakes up
		})
		n.scheduler.Add(job.Job{
			Name: "daily_sales_report", Latest: zzjYesterday,
			Run: func(_ context.Context, window string) (any, error) {
				n.mu.Lock()
				n.runs = append(n.runs, time.Now().UTC().Format(time.DateTime)+" for "+window)
				run := len(n.runs)
				n.mu.Unlock()
				return nil, work(n, run)
			},
		}, schedule)
		test(n)
	})
}

func zzjYesterday(now time.Time) string { return now.UTC().AddDate(0, 0, -1).Format(time.DateOnly) }

func (n *zzjNight) start() {
	n.Helper()
	if err := n.scheduler.Start(context.Background()); err != nil {
		n.fail("ordinary", "Start of the scheduler", "no error", err.Error(), "nothing else works before this does")
	}
}

// stop says when Stop of the scheduler returns.
func (n *zzjNight) stop() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	began := time.Now()
	err := n.scheduler.Stop(ctx)
	return fmt.Sprintf("%v after %s", err, time.Since(began))
}

// done returns the runs, one a line.
func (n *zzjNight) done() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.runs) == 0 {
		return "no run"
	}
	return strings.Join(n.runs, "\n")
}

// Acquire implements job.Locker.
func (n *zzjNight) Acquire(ctx context.Context, _ string) (func(context.Context) error, error) {
	n.mu.Lock()
	lock := n.lock
	n.mu.Unlock()
	release := func(context.Context) error { return nil }
	if lock != nil {
		if err := lock(ctx); err != nil {
			return release, err
		}
	}
	return release, nil
}

// FindSucceeded implements job.History.
func (n *zzjNight) FindSucceeded(_ context.Context, _, window string) (job.Execution, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.rows {
		if e.Window == window && e.Status == job.Succeeded {
			return e, true, nil
		}
	}
	return job.Execution{}, false, nil
}

// CloseAbandoned implements job.History.
func (n *zzjNight) CloseAbandoned(context.Context, string, string, time.Duration) error { return nil }

// Begin implements job.History.
func (n *zzjNight) Begin(_ context.Context, e job.Execution) (job.Execution, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if slices.ContainsFunc(n.rows, func(row job.Execution) bool { return row.Window == e.Window && row.Status != job.Failed }) {
		return job.Execution{}, false, nil
	}
	if e.Trigger != job.Cron {
		n.trigger = string(e.Trigger)
	}
	e.Attempt, e.StartedAt, e.Status = len(n.rows)+1, time.Now(), job.Running
	n.rows = append(n.rows, e)
	return e, true, nil
}

// Finish implements job.History.
func (n *zzjNight) Finish(_ context.Context, e job.Execution) (job.Execution, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, row := range n.rows {
		if row.ID == e.ID {
			row.Status, row.Error, row.Result, row.FinishedAt = e.Status, e.Error, e.Result, time.Now()
			n.rows[i] = row
			return row, true, nil
		}
	}
	return job.Execution{}, false, nil
}

func (n *zzjNight) want(id, what, expected, seen, why string) {
	n.Helper()
	if expected != seen {
		n.fail(id, what, expected, seen, why)
	}
}

func (n *zzjNight) fail(id, what, expected, seen, why string) {
	n.Helper()
	zzjFail(n.T, id, what, expected, seen, why)
}

func zzjFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzjWell(*zzjNight, int) error { return nil }

func TestZZJobsSchedule(t *testing.T) {
	// Time begins at midnight of 1 January 2000.
	zzjSchedule(t, "30 2 * * *", 3, zzjWell, func(n *zzjNight) {
		n.start()
		synctest.Wait()
		n.want("ordinary", "the start of the scheduler", "2000-01-01 00:00:00 for 1999-12-31", n.done(), "no replica may have been running at the last tick")
		n.mu.Lock()
		trigger := n.trigger
		n.mu.Unlock()
		n.want("trigger", "the trigger of a scheduled run, if it is another than cron", "", trigger, "the history says what has started an execution")
		time.Sleep(24 * time.Hour)
		for day := time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC); day.Month() < time.December; day = day.AddDate(0, 0, 1) {
			n.mu.Lock()
			n.runs = nil
			n.mu.Unlock()
			time.Sleep(24 * time.Hour)
			n.want("zone", "a job is scheduled for 02:30 in UTC, and the machine is in Europe/Berlin: its run of "+day.Format(time.DateOnly),
				day.Format(time.DateOnly)+" 02:30:00 for "+day.AddDate(0, 0, -1).Format(time.DateOnly), n.done(),
				"in a zone with summer time one day a year has no 02:30, and another has two")
		}
	})
	zzjSchedule(t, "0 12 * * *", 3, func(_ *zzjNight, run int) error {
		if run < 3 {
			return errZZJ
		}
		return nil
	}, func(n *zzjNight) {
		time.Sleep(24*time.Hour - 2*time.Minute)
		n.start()
		time.Sleep(2 * time.Hour)
		n.want("retry", "a job fails twice, at two minutes before midnight and after it",
			"2000-01-01 23:58:00 for 1999-12-31\n2000-01-02 00:03:00 for 1999-12-31\n2000-01-02 00:08:00 for 1999-12-31", n.done(),
			"a window that failed is tried again, at each RetryInterval, and it stays the same window when a day ends meanwhile")
	})
	zzjSchedule(t, "0 12 * * *", 3, func(*zzjNight, int) error { return errZZJ }, func(n *zzjNight) {
		n.start()
		time.Sleep(11 * time.Hour)
		n.want("limit", "a job always fails, and RetryLimit is 3", "2000-01-01 00:00:00 for 1999-12-31\n2000-01-01 00:05:00 for 1999-12-31\n2000-01-01 00:10:00 for 1999-12-31\n2000-01-01 00:15:00 for 1999-12-31",
			n.done(), "the first attempt and three more; then it is for an operator")
		time.Sleep(2 * time.Hour)
		if seen := n.done(); !strings.Contains(seen, "2000-01-01 12:00:00") {
			n.fail("limit", "the next tick after the attempts were used up", "a run at 12:00", seen, "the schedule goes on")
		}
	})
	for what, err := range map[string]error{"another replica has the lock": job.ErrLocked, "Redis is down": errZZJ} {
		zzjSchedule(t, "0 12 * * *", 3, zzjWell, func(n *zzjNight) {
			until := time.Now().Add(7 * time.Minute)
			n.lock = func(context.Context) error {
				if time.Now().Before(until) {
					return err
				}
				return nil
			}
			n.start()
			time.Sleep(2 * time.Hour)
			n.want("retry", what+" for seven minutes", "2000-01-01 00:10:00 for 1999-12-31", n.done(), "the replica that has it may die, and Redis comes back: the window must not be lost")
		})
	}
	zzjSchedule(t, "0 12 * * *", 3, func(*zzjNight, int) error { return errZZJ }, func(n *zzjNight) {
		n.start()
		time.Sleep(time.Minute)
		n.want("stop", "Stop, while the scheduler waits for the next attempt", "<nil> after 0s", n.stop(), "the process is killed when Stop takes too long")
		time.Sleep(24 * time.Hour)
		n.want("stop", "after Stop", "2000-01-01 00:00:00 for 1999-12-31", n.done(), "a run that begins after Stop is killed in the middle")
	})
	zzjSchedule(t, "0 12 * * *", 3, zzjWell, func(n *zzjNight) {
		n.lock = func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-n.quit:
				return errZZJ
			}
		}
		n.start()
		time.Sleep(time.Minute)
		n.want("stop", "Stop, while a run waits for an answer of Redis", "<nil> after 0s", n.stop(), "the run has the life of the scheduler as its context")
		time.Sleep(24 * time.Hour)
		n.want("stop", "after Stop", "no run", n.done(), "a run that begins after Stop is killed in the middle")
	})
}
