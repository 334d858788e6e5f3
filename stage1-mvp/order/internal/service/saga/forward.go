package saga

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/logging"
)

// Forward drives sagas that only go forward: cancellations and shipments. Their order was visibly changed as soon as the request was
// accepted, so the calls are repeated until they succeed, however many attempts that needs. It is safe for concurrent use.
type Forward struct {
	*Recorder
	cfg     Config
	answers Answers
	steps   map[string][]ForwardStep
}

// NewForward returns a driver that takes the steps of each type of saga, in this order.
func NewForward(recorder *Recorder, cfg Config, answers Answers, steps map[string][]ForwardStep) *Forward {
	return &Forward{Recorder: recorder, cfg: cfg, answers: answers, steps: steps}
}

// Run drives the saga from where it stands to its end. A nil error means that it is settled and that its answer is stored. After an error
// it is not settled: the stale scanner will continue it.
func (f *Forward) Run(ctx context.Context, s *Saga) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.cfg.CompensationTimeout)
	defer cancel()
	steps := f.steps[s.Type]
	for i, step := range steps {
		if s.IsDone(step.Name) {
			continue
		}
		problem := f.cfg.retry(ctx, func(ctx context.Context) error { return step.Act(ctx, PurchaseID(s.Order), s.Order) })
		if err := f.recordOutcome(ctx, s, steps[i:], problem); err != nil {
			return fmt.Errorf("%s: %s: %w", s.Type, step.Name, err)
		}
		if s.Status.IsSettled() {
			return nil
		}
	}
	return nil
}

// recordOutcome stores what came of the first of the remaining steps, and with it the intent of the next step or the end of the saga.
func (f *Forward) recordOutcome(ctx context.Context, s *Saga, remaining []ForwardStep, problem error) error {
	step := remaining[0].Name
	switch {
	case problem == nil:
		return f.record(ctx, s, func(s *Saga) (err error) {
			s.EndStep(step, StepDone, "")
			if len(remaining) > 1 {
				s.StartStep(remaining[1].Name)
				return nil
			}
			s.Failure = Failure{} // of an attempt that an operator has repeated
			return f.settle(s, Completed)
		})
	case errs.Refused(problem):
		// A service refuses to give back what it took, or to ship what it reserved, only because of a bug. Another attempt does not
		// help, and nothing can be undone.
		return f.record(ctx, s, func(s *Saga) error {
			s.Failure = Failure{Reason: logging.Mask(problem.Error())}
			s.EndStep(step, StepFailed, s.Failure.Reason)
			return f.settle(s, Failed)
		})
	default:
		logging.From(ctx).Warn("saga is not finished", logging.Event("order.saga.forward_pending"), zap.String("saga_id", s.ID),
			zap.String("order_id", s.Order.ID()), zap.String("step", step), logging.Error(problem))
		return errors.Join(problem, f.record(ctx, s, func(s *Saga) error {
			s.EndStep(step, StepUncertain, logging.Mask(problem.Error()))
			return nil
		}))
	}
}

func (f *Forward) settle(s *Saga, status Status) error {
	answer, err := f.answers.Forward(s.Order, s.Failure)
	s.Settle(status, answer)
	return err
}
