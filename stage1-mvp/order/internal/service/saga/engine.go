// Package saga drives operations that span services, one step after the other, and undoes them when a step fails. Before each call its
// intent is stored, and after it the outcome, so that a crash at any point leaves a saga that can be finished.
package saga

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"shop/order/internal/domain"
	"shop/platform/clock"
	"shop/platform/logging"
)

// Engine drives the sagas of purchases. It is safe for concurrent use.
type Engine struct {
	*Recorder
	cfg     Config
	answers Answers
	steps   []Step
	now     clock.Clock
}

// NewEngine returns an engine that runs these steps, in this order.
func NewEngine(recorder *Recorder, cfg Config, answers Answers, steps []Step, now clock.Clock) *Engine {
	return &Engine{Recorder: recorder, cfg: cfg, answers: answers, steps: steps, now: now}
}

// Run drives a new purchase, of which the intent of the first step is stored, to its end: every step done, or everything undone. A nil
// error means that the saga is settled, well or badly, and that its answer is stored. After an error it is not settled: the stale scanner
// will finish it.
func (e *Engine) Run(ctx context.Context, s *Saga) error {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Timeout)
	defer cancel()
	for _, step := range e.steps {
		err := e.runStep(ctx, s, step)
		if errors.Is(err, ErrLost) {
			return err
		}
		if err != nil {
			return e.undo(ctx, s, failureOf(step, err))
		}
	}
	return nil
}

// Recover settles a purchase whose driver stopped, by undoing it. Going on would be as safe, but would charge a buyer who gave up long ago.
func (e *Engine) Recover(ctx context.Context, s *Saga) error {
	return e.undo(ctx, s, Failure{
		Code:   domain.CancelInterrupted,
		Reason: "the purchase was interrupted and has been undone",
	})
}

// undo reports a compensation that could not be finished now.
func (e *Engine) undo(ctx context.Context, s *Saga, failure Failure) error {
	err := e.compensate(ctx, s, failure)
	if err != nil && !errors.Is(err, ErrLost) {
		logging.From(ctx).Warn("compensation is not finished", logging.Event("order.saga.compensation_pending"),
			zap.String("saga_id", s.ID), zap.String("order_id", s.Order.ID()), logging.Error(err))
	}
	return err
}
