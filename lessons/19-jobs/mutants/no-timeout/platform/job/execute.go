package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// work runs the job in a context that ends with the runner and after the timeout.
func (r *Runner) work(ctx context.Context, job Job, e Execution) (content json.RawMessage, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.life, func() { cancel(context.Cause(r.life)) })()

	content, err = protected(ctx, job, e)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		return nil, fmt.Errorf("%w: %w", cause, err)
	}
	return content, err
}
