package job

import "shop/platform/errs"

var (
	errStopping = errs.New(errs.Unavailable, "JOB_STOPPED", "the service is stopping")
	errTimeout  = errs.New(errs.DeadlineExceeded, "JOB_TIMEOUT", "the execution exceeded its timeout")
	// errLost means that the lock may be held by another runner.
	errLost = errs.New(errs.Aborted, "JOB_LOCK_LOST", "the execution lost its lock")
	// errAbandoned means that another runner has got the lock since, and with it a newer fencing token.
	errAbandoned = errs.New(errs.Aborted, "JOB_ABANDONED", "the execution was marked as abandoned")
)

// explain returns the error text for the row of an execution. Callers can read rows, so the cause stays in the log.
func explain(e Execution, failure error) string {
	public := errs.From(failure)
	if public.Code == errs.Internal {
		return public.Message + ", see execution_id " + e.ID + " in the log"
	}
	return public.Message
}
