package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// finish records the end of the execution in its row. It returns the error for which the execution is FAILED.
func (r *Runner) finish(ctx context.Context, e Execution, content json.RawMessage, failure error) (Execution, error) {
	e.Status, e.Result = Succeeded, content
	if failure != nil {
		e.Status, e.Error = Failed, failure.Error()
	}
	stored, stillRunning, err := r.history.Finish(ctx, e)
	switch {
	case err != nil:
		failure = errors.Join(failure, fmt.Errorf("record end of execution: %w", err))
	case !stillRunning:
		failure = errors.Join(failure, errAbandoned)
	default:
		return stored, failure
	}
	e.Status, e.Error, e.Result = Failed, explain(e, failure), nil
	return e, failure
}
