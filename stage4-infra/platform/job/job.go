// Package job runs work that belongs to a window of time, such as the report of a day: once per window, on any replica. It has the rules
// and the ports; package worker has the lock in Redis, the metrics and the schedule.
package job

import (
	"context"
	"encoding/json"
	"time"
)

// Job is work that is done window by window.
type Job struct {
	// Name identifies the job in locks, rows, metrics and requests.
	Name string
	// Latest returns the newest window that is due at the given time.
	Latest func(now time.Time) string
	// Run does the work of a window and returns a result to store, which must be encodable as JSON. It must respect ctx, and must be safe
	// to repeat, even while an earlier run of the same window ignores the end of its context.
	Run func(ctx context.Context, window string) (result any, err error)
}

// Trigger is what started an execution.
type Trigger string

const (
	Cron     Trigger = "cron"
	API      Trigger = "api"
	Backfill Trigger = "backfill"
)

// Status is the state of an execution.
type Status string

const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
)

// Execution is one attempt at a window.
type Execution struct {
	ID      string
	Job     string
	Window  string
	Trigger Trigger
	Status  Status
	// Attempt counts from 1 within a window.
	Attempt int
	// Fence is the token of the lock under which it runs.
	Fence     int64
	StartedAt time.Time
	// FinishedAt is zero while it runs.
	FinishedAt time.Time
	// Error is a public text that says why the execution failed; Result is what a successful Run returned.
	Error  string
	Result json.RawMessage
}
