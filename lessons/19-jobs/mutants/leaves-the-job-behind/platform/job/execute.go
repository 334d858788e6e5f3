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
	ctx, release := context.WithTimeoutCause(ctx, r.cfg.Timeout, errTimeout)
	defer release()

	returned := make(chan struct{})
	go func() {
		defer close(returned)
		content, err = protected(ctx, job, e)
	}()
	select {
	case <-returned:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		return nil, fmt.Errorf("%w: %w", cause, err)
	}
	return content, err
}
