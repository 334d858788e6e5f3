package saga

import (
	"context"
	"errors"

	"shop/platform/errs"
)

// runStep makes the call three times before it believes that there is no answer.
func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	var err error
	for range 3 {
		if err = e.call(context.WithoutCancel(ctx), s, step); err == nil || errs.Refused(err) {
			break
		}
	}
	if err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	return e.recordDone(ctx, s, step)
}
