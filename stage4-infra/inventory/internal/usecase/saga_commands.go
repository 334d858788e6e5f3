package usecase

import (
	"context"
	"errors"

	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

// SagaCommands run the steps that a saga commands, and reply. Effect, answer of the step and reply are one transaction; a repeated command
// gets the answer of the first again. An error means that there is no reply: InvalidInput for a command whose saga is unknown, others for
// faults of the moment.
type SagaCommands struct {
	tx      Transactor
	steps   *SagaSteps
	replies Replies
}

// NewSagaCommands returns the use case.
func NewSagaCommands(tx Transactor, steps *SagaSteps, replies Replies) *SagaCommands {
	return &SagaCommands{tx: tx, steps: steps, replies: replies}
}

// Reserve replies to a command to reserve all items of an order.
func (u *SagaCommands) Reserve(ctx context.Context, in dto.Reserve) error {
	return u.answer(ctx, in.Step, false, func(ctx context.Context) error {
		_, err := u.steps.Reserve(ctx, in)
		return err
	})
}

// Release replies to a command to undo a Reserve.
func (u *SagaCommands) Release(ctx context.Context, in dto.Step) error {
	return u.answer(ctx, in, true, func(ctx context.Context) error {
		_, err := u.steps.Release(ctx, in)
		return err
	})
}

// Ship replies to a command to remove the reserved stock of an order.
func (u *SagaCommands) Ship(ctx context.Context, in dto.Step) error {
	return u.answer(ctx, in, false, func(ctx context.Context) error { return u.steps.Ship(ctx, in) })
}

func (u *SagaCommands) answer(ctx context.Context, in dto.Step, compensation bool, run func(ctx context.Context) error) error {
	step, _, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return err
	}
	reply := dto.SagaReply{SagaID: step.SagaID, StepName: step.Name, Compensation: compensation}
	err = u.tx.WithTx(ctx, func(ctx context.Context) error {
		err := run(ctx)
		if err != nil && !idempotency.IsStored(err) {
			return err
		}
		reply.Refusal = errs.From(err)
		return u.replies.Reply(ctx, reply)
	})
	if !isRefusal(err) {
		return err
	}
	// The step has left nothing behind, so its reply can have a transaction of its own.
	reply.Refusal = errs.From(err)
	return u.tx.WithTx(ctx, func(ctx context.Context) error { return u.replies.Reply(ctx, reply) })
}

// isRefusal reports whether every repetition of the step would get this error.
func isRefusal(err error) bool {
	switch errs.CodeOf(err) {
	case errs.InvalidInput, errs.NotFound, errs.Precondition, errs.Conflict:
		return true
	default:
		return errors.Is(err, idempotency.ErrCompensated)
	}
}
