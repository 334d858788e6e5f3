package job

import (
	"context"
	"time"
)

// History keeps executions. It, not the lock, decides whether a window is done: it must never hold two executions of one window that are
// both RUNNING or SUCCEEDED, even under concurrent calls.
type History interface {
	// FindSucceeded returns the execution that did the window; false when none has.
	FindSucceeded(ctx context.Context, job, window string) (Execution, bool, error)
	// CloseAbandoned marks as FAILED an execution of the window that has been RUNNING for longer than age, by the clock of the history.
	CloseAbandoned(ctx context.Context, job, window string, age time.Duration) error
	// Begin stores a RUNNING execution as the next attempt at its window and returns it with Attempt and StartedAt; false when another
	// is RUNNING or SUCCEEDED.
	Begin(ctx context.Context, e Execution) (Execution, bool, error)
	// Finish stores how a RUNNING execution ended and returns it with FinishedAt; false when it is not RUNNING any more.
	Finish(ctx context.Context, e Execution) (Execution, bool, error)
}
