package saga

import (
	"context"
)

func (e *Engine) Apply(ctx context.Context, s *Saga, reply Reply) (bool, error) {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return false, err
	}
	switch {
	case !s.Status.IsSettled() && reply.Call == step.Act.Call:
		return true, e.acted(ctx, s, step, reply.Refusal)
	case s.Status == Compensating && step.Compensate != nil && reply.Call == step.Compensate.Call:
		return true, e.compensated(ctx, s, step, reply.Refusal)
	}
	return false, nil
}
