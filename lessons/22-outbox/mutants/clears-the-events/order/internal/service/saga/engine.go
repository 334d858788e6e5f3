package saga

import (
	"context"
)

// Begin stores a new saga with its order, and sends the command of its first step.
func (e *Engine) Begin(ctx context.Context, s *Saga) error {
	first, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if err := e.sagas.Create(ctx, s); err != nil {
		return err
	}
	if err := e.events.Publish(ctx, s.Order.Events()...); err != nil {
		return err
	}
	e.reporter.SagaBegun(ctx, s)
	s.Order.ClearEvents()
	return first.Act.send(ctx, s.Order)
}
