package job

import "shop/platform/errs"

var (
	errStopping = errs.New(errs.Unavailable, "JOB_STOPPED", "the service is stopping")
	errTimeout  = errs.New(errs.DeadlineExceeded, "JOB_TIMEOUT", "the execution exceeded its timeout")
	// errAbandoned means that another runner closed the row of this execution, which it may do when the row is older than the lock.
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
