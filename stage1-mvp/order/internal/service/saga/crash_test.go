package saga_test

import (
	"context"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/service/saga"
	"stagecraft/stage1-mvp/platform/crashtest"
)

// mortalSteps die before the call or after it, and never know its answer then.
func mortalSteps(m *crashtest.Process, steps []saga.Step) []saga.Step {
	out := make([]saga.Step, len(steps))
	for i, step := range steps {
		out[i] = step
		out[i].Act = func(ctx context.Context, sagaID string, order *domain.Order) error {
			return m.Around(func() error { return step.Act(ctx, sagaID, order) })
		}
		out[i].Compensate = func(ctx context.Context, sagaID string, order *domain.Order) error {
			return m.Around(func() error { return step.Compensate(ctx, sagaID, order) })
		}
	}
	return out
}

// mortalCancelSteps are mortalSteps for a cancellation.
func mortalCancelSteps(m *crashtest.Process, steps []saga.CancelStep) []saga.CancelStep {
	out := make([]saga.CancelStep, len(steps))
	for i, step := range steps {
		out[i] = saga.CancelStep{
			Name: step.Name,
			GiveBack: func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return m.Around(func() error { return step.GiveBack(ctx, purchaseID, order) })
			},
		}
	}
	return out
}
