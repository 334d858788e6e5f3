package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
)

// runStep asks three times before it believes that there is no answer, and does not let a buyer disturb it who hangs up.
func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	ctx = context.WithoutCancel(ctx)
	if err := e.recordIntent(ctx, s, step); err != nil {
		return err
	}
	var err error
	for range 3 {
		if err = e.call(ctx, s, step); err == nil || errs.Refused(err) {
			break
		}
	}
	if err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	return e.recordDone(ctx, s, step)
}
