package saga

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/logging"
)

// compensate undoes, in reverse order, every step that may have happened, and then cancels the order. It does not end with the request:
// the failure that brought us here may be the request's own deadline. What it cannot finish now stays COMPENSATING.
func (e *Engine) compensate(ctx context.Context, s *domain.Saga, failure domain.Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	if err := e.record(ctx, s, func(s *domain.Saga) { s.BeginCompensation(failure) }, nil); err != nil {
		return fmt.Errorf("begin compensation: %w", err)
	}
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			logging.From(ctx).Warn("compensation is not finished", logging.Event("order.saga.compensation_pending"),
				zap.String("saga_id", s.ID), zap.String("order_id", s.OrderID), zap.String("step", name))
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	return e.recordCancelled(ctx, s)
}

// compensateStep stores the intent, makes the call, and stores that it is done. A crash in between leaves a step that is COMPENSATING: the
// call is repeated, which the other service must not mind.
func (e *Engine) compensateStep(ctx context.Context, s *domain.Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	if err := e.record(ctx, s, func(s *domain.Saga) { s.StartCompensation(name) }, nil); err != nil {
		return err
	}
	order, err := e.orders.Get(ctx, s.OrderID)
	if err != nil {
		return err
	}
	callCtx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	if err := e.steps[i].Compensate(callCtx, s.ID, order); err != nil {
		return err
	}
	return e.record(ctx, s, func(s *domain.Saga) { s.EndStep(name, domain.StepCompensated, "") }, nil)
}

// recordCancelled stores, in one transaction, the end of the saga, the cancelled order and the answer to the buyer.
func (e *Engine) recordCancelled(ctx context.Context, s *domain.Saga) error {
	return e.record(ctx, s, (*domain.Saga).EndCompensation, func(ctx context.Context) (*domain.Order, error) {
		order, err := e.orders.Get(ctx, s.OrderID)
		if err != nil {
			return nil, err
		}
		if err := order.Cancel(s.Failure.Code, s.Failure.Reason, e.now()); err != nil {
			return nil, err
		}
		if err := e.orders.Update(ctx, order); err != nil {
			return nil, err
		}
		return order, e.answers.Settle(ctx, s.Request, order)
	})
}
