package saga

import (
	"context"
	"fmt"
)

// Begin stores a new saga with its order, and sends the command of its first step.
func (e *Engine) Begin(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	err = e.sagas.Create(ctx, s)
	if err == nil {
		err = step.Act.send(ctx, s.Order)
	}
	if err == nil {
		err = e.events.Publish(ctx, s.Order.Events()...)
	}
	if err == nil {
		e.reporter.SagaBegun(ctx, s)
	}
	return err
}

// store sends the command, and stores that the saga waits for its reply.
func (e *Engine) store(ctx context.Context, s *Saga, next Command) error {
	if err := next.send(ctx, s.Order); err != nil {
		return fmt.Errorf("send the next command: %w", err)
	}
	return e.save(ctx, s)
}

func (e *Engine) save(ctx context.Context, s *Saga) error {
	for _, event := range s.Order.Events() {
		if err := e.events.Publish(ctx, event); err != nil {
			return fmt.Errorf("publish %s: %w", event.EventType(), err)
		}
	}
	return e.sagas.Save(ctx, s)
}
