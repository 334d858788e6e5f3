package saga

import (
	"context"
	"errors"
	"slices"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// Recover goes on where the driver died, because every step may be repeated. Only what is being undone already is undone to the end.
func (e *Engine) Recover(ctx context.Context, s *domain.Saga) error {
	if s.Status == domain.SagaCompensating {
		return e.compensate(ctx, s, s.Failure)
	}
	for _, step := range e.steps {
		done := slices.ContainsFunc(s.Steps, func(known domain.SagaStep) bool {
			return known.Name == step.Name && known.Status == domain.StepDone
		})
		if done {
			continue
		}
		err := e.runStep(ctx, s, step)
		if errors.Is(err, domain.ErrSagaLost) {
			return err
		}
		if err != nil {
			return e.compensate(ctx, s, failureOf(step, err))
		}
	}
	return nil
}
