package dto

import (
	"shop/platform/errs"
	"shop/platform/job"
)

// ReportFile is where a report is. It is stored as the result of the job that made it: change its JSON only by adding.
type ReportFile struct {
	Key    string `json:"key"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// RunJob is a request to do one window of a job.
type RunJob struct {
	Job    string
	Window string
}

// JobRun is the answer to RunJob. Replayed says that the window was done before, by this execution.
type JobRun struct {
	Execution job.Execution
	Replayed  bool
}

// BackfillJob is a request to do all windows from one to another, both included.
type BackfillJob struct {
	Job      string
	From, To string
}

// WindowResult is what one window of a backfill came to: its execution, if it has one, and the error if it is not done.
type WindowResult struct {
	Window    string
	Execution *job.Execution
	Err       *errs.DomainError
}

// ListExecutions asks for a page of the executions of a job. The first page is 1, and so is 0; size 0 means the usual one.
type ListExecutions struct {
	Job  string
	Page int32
	Size int32
}

// ExecutionPage is a page of executions. Number and Size are those that were used, Total counts the executions on all pages.
type ExecutionPage struct {
	Executions []job.Execution
	Number     int
	Size       int
	Total      int64
}
