// Package saga drives a purchase through the other services, one step after the other, and undoes it when a step fails. Before each call
// the intent is stored, and after it the outcome, so that a crash at any point leaves a saga that can be finished.
package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/clock"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Answers stores what whoever asked is told in the end, once the order has reached it.
type Answers interface {
	Settle(ctx context.Context, request domain.Request, order *domain.Order) error
	// SettleCancellation is Settle for the end of a cancellation; an empty failure is a success.
	SettleCancellation(ctx context.Context, request domain.Request, order *domain.Order, failure domain.Failure) error
}

// Journal is told what was committed.
type Journal interface {
	OrderChanged(ctx context.Context, order *domain.Order)
	SagaSettled(ctx context.Context, s *domain.Saga)
}

// Engine runs the sagas of purchases. It is safe for concurrent use.
type Engine struct {
	*Recorder
	cfg     Config
	orders  domain.OrderRepository
	answers Answers
	steps   []Step
	now     clock.Clock
}

// NewEngine returns an engine that runs these steps, in this order.
func NewEngine(recorder *Recorder, cfg Config, orders domain.OrderRepository, answers Answers, steps []Step, now clock.Clock) *Engine {
	return &Engine{Recorder: recorder, cfg: cfg, orders: orders, answers: answers, steps: steps, now: now}
}

// Run drives a new saga to its end: every step done, or everything undone. A nil error means that the saga is settled, well or badly, and
// that its answer is stored. After an error it is not settled: the stale scanner will finish it.
func (e *Engine) Run(ctx context.Context, s *domain.Saga) error {
	for _, step := range e.steps {
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

// Recover settles a saga whose driver died, by undoing it. Going on would be as safe, but it would charge a buyer who gave up long ago.
func (e *Engine) Recover(ctx context.Context, s *domain.Saga) error {
	return e.compensate(ctx, s, domain.Failure{
		Code:   domain.CancelInterrupted,
		Reason: "the purchase was interrupted and has been undone",
	})
}
