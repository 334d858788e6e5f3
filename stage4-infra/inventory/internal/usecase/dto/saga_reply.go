package dto

import "shop/platform/errs"

// SagaReply is the answer to a command of a saga.
type SagaReply struct {
	SagaID   string
	StepName string
	// Compensation tells the answer to the command that undoes a step from the answer to the step itself.
	Compensation bool
	// Refusal is nil when the command was done.
	Refusal *errs.DomainError
}
