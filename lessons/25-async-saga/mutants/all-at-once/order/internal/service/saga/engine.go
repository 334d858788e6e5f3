package saga

import (
	"context"
	"fmt"
)

func (e *Engine) undoNext(ctx context.Context, s *Saga) error {
	names := s.ToCompensate()
	if len(names) == 0 {
		if err := s.Order.Cancel(s.Failure.Code, s.Failure.Reason, e.now()); err != nil {
			return fmt.Errorf("cancel order %s: %w", s.Order.ID(), err)
		}
		return e.settle(ctx, s, Compensated)
	}
	var commands []Command
	for _, name := range names {
		step, err := e.steps.find(s, name)
		if err != nil {
			return err
		}
		s.StartCompensation(name)
		commands = append(commands, *step.Compensate)
	}
	if err := e.save(ctx, s); err != nil {
		return err
	}
	for _, command := range commands {
		if err := command.send(ctx, s.Order); err != nil {
			return err
		}
	}
	return nil
}
