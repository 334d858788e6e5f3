package saga

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
)

// Cancellation drives the sagas of cancellations. They only go forward: the order was visibly cancelled as soon as the request was
// accepted, so all that is left is to give back what the purchase took, however many attempts that needs. It is safe for concurrent use.
type Cancellation struct {
	*Recorder
	cfg     Config
	orders  domain.OrderRepository
	answers Answers
	steps   []CancelStep
}

// NewCancellation returns a driver that takes these steps, in this order.
func NewCancellation(recorder *Recorder, cfg Config, orders domain.OrderRepository, answers Answers, steps []CancelStep) *Cancellation {
	return &Cancellation{Recorder: recorder, cfg: cfg, orders: orders, answers: answers, steps: steps}
}

// Run continues the saga from wherever it stands to its end. A nil error means that it is settled and that its answer is stored. After an
// error it is not settled: the stale scanner will continue it.
func (c *Cancellation) Run(ctx context.Context, s *domain.Saga) error {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	purchaseID, err := c.sagas.IDOf(ctx, domain.SagaCreateOrder, s.OrderID)
	if err != nil {
		return fmt.Errorf("cancel order: %w", err)
	}
	order, err := c.orders.Get(ctx, s.OrderID)
	if err != nil {
		return fmt.Errorf("cancel order: %w", err)
	}
	for _, step := range c.steps {
		if s.IsDone(step.Name) {
			continue
		}
		if err := c.runStep(ctx, s, step, purchaseID, order); err != nil {
			return fmt.Errorf("cancel order: %s: %w", step.Name, err)
		}
		if s.Status.IsSettled() {
			break
		}
	}
	return nil
}

// bounded returns a context that ends with the deadline of the request, so that it is answered in time, but not when the buyer hangs up.
func (c *Cancellation) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := c.cfg.CompensationTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	return context.WithTimeout(context.WithoutCancel(ctx), timeout)
}

// runStep stores the intent, makes the call, and stores the outcome, as it is done for a purchase.
func (c *Cancellation) runStep(ctx context.Context, s *domain.Saga, step CancelStep, purchaseID string, order *domain.Order) error {
	if err := c.record(ctx, s, func(s *domain.Saga) { s.StartStep(step.Name) }, nil); err != nil {
		return err
	}
	callCtx, cancel := context.WithTimeout(ctx, c.cfg.StepTimeout)
	defer cancel()
	problem := step.GiveBack(callCtx, purchaseID, order)

	// What has happened is recorded even if the time is up.
	ctx, done := detached(ctx)
	defer done()
	switch {
	case problem == nil:
		return c.recordDone(ctx, s, step, order)
	case errs.Refused(problem):
		return c.recordRefused(ctx, s, step, order, problem)
	default:
		logging.From(ctx).Warn("cancellation is not finished", logging.Event("order.saga.cancellation_pending"),
			zap.String("saga_id", s.ID), zap.String("order_id", s.OrderID), zap.String("step", step.Name))
		uncertain := func(s *domain.Saga) { s.EndStep(step.Name, domain.StepUncertain, logging.Mask(problem.Error())) }
		return errors.Join(problem, c.record(ctx, s, uncertain, nil))
	}
}

// recordDone stores that the step happened, and with the last one also the end of the saga and the answer.
func (c *Cancellation) recordDone(ctx context.Context, s *domain.Saga, step CancelStep, order *domain.Order) error {
	if step.Name != c.steps[len(c.steps)-1].Name {
		return c.record(ctx, s, func(s *domain.Saga) { s.EndStep(step.Name, domain.StepDone, "") }, nil)
	}
	completed := func(s *domain.Saga) {
		s.EndStep(step.Name, domain.StepDone, "")
		s.Complete()
	}
	return c.record(ctx, s, completed, c.answer(s, order, domain.Failure{}))
}

// recordRefused gives up. A service that took something never refuses to give it back, unless one of us has a bug: another attempt would
// not help, and nothing can be undone, so a person has to decide.
func (c *Cancellation) recordRefused(
	ctx context.Context, s *domain.Saga, step CancelStep, order *domain.Order, problem error,
) error {
	failure := domain.Failure{Code: domain.CancelRefused, Reason: logging.Mask(problem.Error())}
	failed := func(s *domain.Saga) {
		s.EndStep(step.Name, domain.StepFailed, failure.Reason)
		s.Fail(failure)
	}
	return c.record(ctx, s, failed, c.answer(s, order, failure))
}

func (c *Cancellation) answer(
	s *domain.Saga, order *domain.Order, failure domain.Failure,
) func(ctx context.Context) (*domain.Order, error) {
	return func(ctx context.Context) (*domain.Order, error) {
		return nil, c.answers.SettleCancellation(ctx, s.Request, order, failure)
	}
}
