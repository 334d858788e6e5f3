// Hidden checks of the lesson on jobs. They use only names that the lesson gives. Time in them is that of package synctest: it moves when all
// goroutines wait, so that a quarter of an hour takes a millisecond.
package job_test

import (
	"bytes"
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

	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

const (
	zzjName   = "daily_sales_report"
	zzjWindow = "2026-11-20"
	zzjKey    = "job:" + zzjName + ":" + zzjWindow
)

var zzjConfig = job.Config{
	Timeout: 10 * time.Minute, LockTTL: 15 * time.Minute, FinishTimeout: 5 * time.Second, RetryInterval: 5 * time.Minute, RetryLimit: 12,
}

var errZZJ = errors.New("dial tcp 10.0.0.7:9000: connection refused")

// zzjOffice is what the replicas of a service share: the locks, the history, and what has happened.
type zzjOffice struct {
	*testing.T
	quit chan struct{} // closed when the test ends: what blocks gives up

	mu     sync.Mutex
	events []string
	locks  map[string]string
	tokens int
	rows   []job.Execution

	// These are called at the beginning of a call of that name, if they are set. Their error is the answer.
	acquire, release, find, abandoned, begin, finish func(ctx context.Context) error
	acquired                                         func() error // called when the lock is held
}

// zzjRun runs a test with time of its own.
func zzjRun(t *testing.T, test func(o *zzjOffice)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &zzjOffice{T: t, quit: make(chan struct{}), locks: make(map[string]string)}
		t.Cleanup(func() {
			close(o.quit)
			time.Sleep(2 * time.Hour) // what still sleeps wakes up: a bubble with sleepers ends in a panic that hides the failure
		})
		test(o)
	})
}

// zzjReplica is one process of the service.
type zzjReplica struct {
	*zzjOffice
	*job.Runner
	metrics *zzjMetrics
}

func (o *zzjOffice) replica() *zzjReplica {
	metrics := &zzjMetrics{o: o}
	r := &zzjReplica{o, job.NewRunner(zzjConfig, o, o, metrics), metrics}
	o.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		_ = r.Stop(ctx)
	})
	return r
}

// zzjAnswer is what Run has returned.
type zzjAnswer struct {
	e        job.Execution
	replayed bool
	err      error
}

func (a zzjAnswer) String() string {
	switch {
	case a.err != nil:
		return fmt.Sprintf("the error %q", a.err)
	case a.replayed:
		return fmt.Sprintf("the earlier execution, %s", a.e.Status)
	default:
		return fmt.Sprintf("an execution, %s", a.e.Status)
	}
}

// start calls Run.
func (r *zzjReplica) start(ctx context.Context, work func(ctx context.Context, window string) (any, error)) <-chan zzjAnswer {
	answered := make(chan zzjAnswer, 1)
	go func() {
		var a zzjAnswer
		a.e, a.replayed, a.err = r.Run(ctx, r.job(work), zzjWindow, job.Backfill)
		answered <- a
	}()
	return answered
}

// await waits for the answer of a call of Run, which must come.
func (r *zzjReplica) await(answered <-chan zzjAnswer) (a zzjAnswer) {
	r.Helper()
	select {
	case a = <-answered:
	case <-time.After(24 * time.Hour):
		r.fail("stuck", "Run does not return", "it returns when the execution has ended, or its caller has left", "nothing within a day",
			"the scheduler and every request wait for it")
	}
	return a
}

// run calls Run and waits.
func (r *zzjReplica) run(ctx context.Context, work func(ctx context.Context, window string) (any, error)) zzjAnswer {
	r.Helper()
	return r.await(r.start(ctx, work))
}

// job returns the job. Its runs are events.
func (o *zzjOffice) job(work func(ctx context.Context, window string) (any, error)) job.Job {
	return job.Job{
		Name: zzjName, Latest: func(time.Time) string { return zzjWindow },
		Run: func(ctx context.Context, window string) (any, error) {
			o.happened("run")
			if window != zzjWindow {
				return nil, fmt.Errorf("window %q", window)
			}
			return work(ctx, window)
		},
	}
}

func zzjQuick(context.Context, string) (any, error) { return map[string]int{"sold": 3}, nil }

// untilEnd works until its context ends.
func (o *zzjOffice) untilEnd(ctx context.Context, _ string) (any, error) {
	select {
	case <-ctx.Done():
		return nil, errZZJ
	case <-o.quit:
		return nil, nil
	}
}

// during works for a while and does not look at its context.
func (o *zzjOffice) during(d time.Duration) func(context.Context, string) (any, error) {
	return func(context.Context, string) (any, error) {
		select {
		case <-time.After(d):
		case <-o.quit:
		}
		return map[string]int{"sold": 3}, nil
	}
}

// happened notes an event.
func (o *zzjOffice) happened(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, what)
}

// count returns how often something has happened.
func (o *zzjOffice) count(what string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.events {
		if e == what {
			n++
		}
	}
	return n
}

func (o *zzjOffice) story() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.events, ", ")
}

// hook calls a function that a test has set, without the lock.
func (o *zzjOffice) hook(ctx context.Context, which *func(ctx context.Context) error) error {
	o.mu.Lock()
	f := *which
	o.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(ctx)
}

// set changes a function that tests set.
func (o *zzjOffice) set(which *func(ctx context.Context) error, f func(ctx context.Context) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	*which = f
}

// silent answers when its caller does not wait any more.
func (o *zzjOffice) silent(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-o.quit:
		return errZZJ
	}
}

func zzjBroken(context.Context) error { return errZZJ }

// Acquire implements job.Locker.
func (o *zzjOffice) Acquire(ctx context.Context, key string) (func(context.Context) error, error) {
	o.happened("acquire " + key)
	o.mu.Lock()
	o.tokens++
	token := fmt.Sprint(o.tokens)
	o.mu.Unlock()
	release := func(ctx context.Context) error {
		if err := o.hook(ctx, &o.release); err != nil {
			o.happened("release fails")
			return err
		}
		if err := ctx.Err(); err != nil {
			o.happened("release fails: its context has ended")
			return err
		}
		o.happened("release")
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.locks[key] == token {
			delete(o.locks, key)
		}
		return nil
	}
	if err := o.hook(ctx, &o.acquire); err != nil {
		return release, fmt.Errorf("lock %s: %w", key, err)
	}
	if err := ctx.Err(); err != nil {
		return release, fmt.Errorf("lock %s: %w", key, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.locks[key] != "" {
		return nil, job.ErrLocked
	}
	o.locks[key] = token
	if o.acquired != nil {
		if err := o.acquired(); err != nil {
			return release, fmt.Errorf("lock %s: %w", key, err)
		}
	}
	time.AfterFunc(zzjConfig.LockTTL, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.locks[key] == token {
			delete(o.locks, key)
		}
	})
	return release, nil
}

// locked reports whether the lock is held.
func (o *zzjOffice) locked(key string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.locks[key] != ""
}

// FindSucceeded implements job.History.
func (o *zzjOffice) FindSucceeded(ctx context.Context, name, window string) (job.Execution, bool, error) {
	if err := o.hook(ctx, &o.find); err != nil {
		return job.Execution{}, false, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.rows {
		if e.Job == name && e.Window == window && e.Status == job.Succeeded {
			return e, true, nil
		}
	}
	return job.Execution{}, false, ctx.Err()
}

// CloseAbandoned implements job.History.
func (o *zzjOffice) CloseAbandoned(ctx context.Context, name, window string, age time.Duration) error {
	if err := o.hook(ctx, &o.abandoned); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, e := range o.rows {
		if e.Job == name && e.Window == window && e.Status == job.Running && time.Since(e.StartedAt) > age {
			o.rows[i].Status, o.rows[i].Error, o.rows[i].FinishedAt = job.Failed, "abandoned", time.Now()
		}
	}
	return ctx.Err()
}

// Begin implements job.History.
func (o *zzjOffice) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	if err := o.hook(ctx, &o.begin); err != nil {
		return job.Execution{}, false, err
	}
	if err := ctx.Err(); err != nil {
		return job.Execution{}, false, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	e.Attempt, e.StartedAt, e.Status = 1, time.Now(), job.Running
	for _, other := range o.rows {
		if other.Job != e.Job || other.Window != e.Window {
			continue
		}
		if other.Status != job.Failed {
			return job.Execution{}, false, nil
		}
		e.Attempt++
	}
	o.rows = append(o.rows, e)
	o.events = append(o.events, "begin")
	return e, true, nil
}

// Finish implements job.History.
func (o *zzjOffice) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	if err := o.hook(ctx, &o.finish); err != nil {
		return job.Execution{}, false, err
	}
	if err := ctx.Err(); err != nil {
		return job.Execution{}, false, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, row := range o.rows {
		if row.ID == e.ID && row.Status == job.Running {
			row.Status, row.Error, row.Result, row.FinishedAt = e.Status, e.Error, e.Result, time.Now()
			o.rows[i] = row
			o.events = append(o.events, "finish "+string(e.Status))
			return row, true, nil
		}
	}
	return job.Execution{}, false, nil
}

// history returns the rows.
func (o *zzjOffice) history() []job.Execution {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.rows)
}

func (o *zzjOffice) table() string {
	var lines []string
	for _, e := range o.history() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("attempt %d %s %s", e.Attempt, e.Status, e.Error)))
	}
	if len(lines) == 0 {
		return "no rows"
	}
	return strings.Join(lines, "; ")
}

// statuses returns the statuses of the rows, in order.
func (o *zzjOffice) statuses() string {
	var all []string
	for _, e := range o.history() {
		all = append(all, string(e.Status))
	}
	return strings.Join(all, ", ")
}

// zzjMetrics counts what a replica reports.
type zzjMetrics struct {
	o                 *zzjOffice
	mu                sync.Mutex
	running, notBegun int
	ended             []job.Status
}

// Expect implements job.Metrics.
func (m *zzjMetrics) Expect(string) {}

// Started implements job.Metrics.
func (m *zzjMetrics) Started(_ context.Context, name string) func(job.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if name == zzjName {
		m.running++
	}
	return func(status job.Status) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.running--
		m.ended = append(m.ended, status)
	}
}

// NotStarted implements job.Metrics.
func (m *zzjMetrics) NotStarted(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if name == zzjName {
		m.notBegun++
	}
}

func (m *zzjMetrics) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	ended := "none"
	if len(m.ended) > 0 {
		ended = fmt.Sprint(m.ended)
	}
	return fmt.Sprintf("running %d, ended %s, not started %d", m.running, ended, m.notBegun)
}

// want requires a value.
func (o *zzjOffice) want(id, what, expected, seen, why string) {
	o.Helper()
	if expected != seen {
		o.fail(id, what, expected, seen, why)
	}
}

// refused requires the error of a run that did not begin.
func (o *zzjOffice) refused(id, what string, a zzjAnswer, code errs.Code, why string) {
	o.Helper()
	if a.err == nil || errs.CodeOf(a.err) != code {
		seen := a.String()
		if a.err != nil {
			seen += fmt.Sprintf(" with the code %s", errs.CodeOf(a.err))
		}
		o.fail(id, what, fmt.Sprintf("an error with the code %s", code), seen, why)
	}
}

func (o *zzjOffice) fail(id, what, expected, seen, why string) {
	o.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	o.FailNow()
}

// zzjLogged returns a context whose log goes to a buffer.
func zzjLogged() (context.Context, *zzjLog) {
	log := &zzjLog{}
	return logging.Into(context.Background(), logging.NewTo(log, logging.Config{Level: "info"}, "order")), log
}

type zzjLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *zzjLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *zzjLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
