package job

import (
	"context"
	"errors"
	"time"
)

// ErrLocked means that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// Locker makes locks that expire by themselves.
type Locker interface {
	// Acquire returns a function that releases the lock of the key, or ErrLocked. After any other error the lock may be held, because
	// only the answer may have been lost; release is set then as well.
	Acquire(ctx context.Context, key string) (release func(ctx context.Context) error, err error)
}

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
	// CloseAbandoned marks as FAILED an execution of the window that has been RUNNING for longer than age, by the clock of the history.
	CloseAbandoned(ctx context.Context, job, window string, age time.Duration) error
	// Begin stores a RUNNING execution as the next attempt at its window and returns it with Attempt and StartedAt; false when another
	// execution is RUNNING or SUCCEEDED.
	Begin(ctx context.Context, e Execution) (Execution, bool, error)
	// Finish stores how a RUNNING execution ended and returns it with FinishedAt; false when it is not RUNNING any more.
	Finish(ctx context.Context, e Execution) (Execution, bool, error)
}
