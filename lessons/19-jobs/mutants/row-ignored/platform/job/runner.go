package job

import (
	"context"
	"fmt"
)

// record writes the row of an execution. A RUNNING row that is older than a lock can be belongs to a process that died: executions end
// before their lock does.
func (r *Runner) record(ctx context.Context, e Execution) (Execution, error) {
	if err := r.history.CloseAbandoned(ctx, e.Job, e.Window, r.cfg.LockTTL); err != nil {
		return Execution{}, fmt.Errorf("close abandoned execution: %w", err)
	}
	stored, begun, err := r.history.Begin(ctx, e)
	if err != nil {
		return Execution{}, fmt.Errorf("begin execution: %w", err)
	}
	if !begun {
		return e, nil // its lock is held
	}
	return stored, nil
}
