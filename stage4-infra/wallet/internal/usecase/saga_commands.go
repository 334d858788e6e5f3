package usecase

import (
	"context"
	"errors"

	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/wallet/internal/usecase/dto"
)

// SagaCommands run the steps that a saga commands, and reply. Effect, answer of the step and reply are one transaction; a repeated command
// gets the answer of the first again. An error means that there is no reply: InvalidInput for a command whose saga is unknown, others for
// faults of the moment.
type SagaCommands struct {
	tx      Transactor
	deduct  *Deduct
	refund  *Refund
	replies Replies
}

// NewSagaCommands returns the use case.
func NewSagaCommands(tx Transactor, deduct *Deduct, refund *Refund, replies Replies) *SagaCommands {
	return &SagaCommands{tx: tx, deduct: deduct, refund: refund, replies: replies}
}

// Deduct replies to a command to take the money of an order.
func (u *SagaCommands) Deduct(ctx context.Context, in dto.Deduct) error {
	step, _, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return err
	}
	return u.answer(ctx, dto.SagaReply{SagaID: step.SagaID, StepName: step.Name}, func(ctx context.Context) error {
		_, err := u.deduct.Execute(ctx, in)
		return err
	})
}

// Refund replies to a command to undo a Deduct.
func (u *SagaCommands) Refund(ctx context.Context, in dto.Refund) error {
	step, _, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return err
	}
	return u.answer(ctx, dto.SagaReply{SagaID: step.SagaID, StepName: step.Name, Compensation: true}, func(ctx context.Context) error {
		_, err := u.refund.Execute(ctx, in)
		return err
	})
}

func (u *SagaCommands) answer(ctx context.Context, reply dto.SagaReply, run func(ctx context.Context) error) error {
	err := u.tx.WithTx(ctx, func(ctx context.Context) error {
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
