package job

import "stagecraft/stage1-mvp/platform/errs"

var (
	errStopping = errs.New(errs.Aborted, "JOB_STOPPED", "the service stops")
	errTimeout  = errs.New(errs.Aborted, "JOB_TIMEOUT", "the execution took longer than it may")
	// errGivenUp says that another runner closed the row of an execution as abandoned, which it may do once the lock is gone.
	errGivenUp = errs.Wrap(ErrLockLost, errs.Aborted, "JOB_GIVEN_UP", "the execution was taken for abandoned")
)

// explain returns what the row of an execution says about its failure. Rows are shown to callers, so the cause stays in the log.
func explain(e Execution, failure error) string {
	public := errs.From(failure)
	if public.Code == errs.Internal {
		return public.Message + ", the log has its cause under execution_id " + e.ID
	}
	return public.Message
}
