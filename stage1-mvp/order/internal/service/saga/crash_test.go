package saga_test

import (
	"context"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/platform/crashtest"
)

// crashingSteps die before the call or after it, and then never know its answer.
func crashingSteps(m *crashtest.Process, steps []saga.Step) []saga.Step {
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

// crashingForwardSteps are crashingSteps for the other sagas.
func crashingForwardSteps(m *crashtest.Process, types map[string][]saga.ForwardStep) map[string][]saga.ForwardStep {
	out := make(map[string][]saga.ForwardStep)
	for sagaType, steps := range types {
		for _, step := range steps {
			out[sagaType] = append(out[sagaType], saga.ForwardStep{
				Name: step.Name,
				Act: func(ctx context.Context, purchaseID string, order *domain.Order) error {
					return m.Around(func() error { return step.Act(ctx, purchaseID, order) })
				},
			})
		}
	}
	return out
}
