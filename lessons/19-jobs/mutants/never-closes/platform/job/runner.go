package job

import (
	"context"
	"fmt"
)

// record writes the row of an execution. A RUNNING row that is older than a lock can be belongs to a process that died: executions end
// before their lock does.
func (r *Runner) record(ctx context.Context, e Execution) (Execution, error) {
	e, begun, err := r.history.Begin(ctx, e)
	if err != nil {
		return Execution{}, fmt.Errorf("begin execution: %w", err)
	}
	if !begun {
		return Execution{}, ErrRunning
	}
	return e, nil
}
