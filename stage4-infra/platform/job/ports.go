package job

import "context"

// Metrics counts executions.
type Metrics interface {
	// Expect creates the series of a job before its first execution.
	Expect(job string)
	// Started counts an execution as running until the returned function is called with its final status.
	Started(ctx context.Context, job string) (ended func(Status))
	// NotStarted counts a run for which there was no lock or no row.
	NotStarted(job string)
}

// History stores executions. The history, not the lock, decides whether a window is done: it must never hold two executions of one window
// that are both RUNNING or SUCCEEDED, not even after concurrent calls.
type History interface {
	// FindSucceeded returns the execution that completed the window; false when there is none.
	FindSucceeded(ctx context.Context, job, window string) (Execution, bool, error)
	// CloseAbandoned marks as FAILED an execution of the window that is RUNNING with an older fence than the given one.
	CloseAbandoned(ctx context.Context, job, window string, fence int64) error
	// Begin stores a RUNNING execution as the next attempt at its window and returns it with Attempt and StartedAt; false when another
	// execution is RUNNING or SUCCEEDED, or when its fence is not the newest.
	Begin(ctx context.Context, e Execution) (Execution, bool, error)
	// Finish stores how a RUNNING execution ended and returns it with FinishedAt; false when it is not RUNNING any more,
	// or when its fence is not the newest.
	Finish(ctx context.Context, e Execution) (Execution, bool, error)
}
