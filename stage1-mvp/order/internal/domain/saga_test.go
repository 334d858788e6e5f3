package domain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func TestStepsThatMayHaveHappenedAreCompensatedInReverse(t *testing.T) {
	t.Parallel()
	s := domain.NewSaga("s", domain.SagaCreateOrder, "o", domain.Request{})
	for _, step := range []struct {
		name   string
		status domain.StepStatus
	}{
		{"done", domain.StepDone}, {"refused", domain.StepFailed}, {"uncertain", domain.StepUncertain},
		{"undone", domain.StepCompensated}, {"being undone", domain.StepCompensating},
	} {
		s.StartStep(step.name)
		s.EndStep(step.name, step.status, "")
	}
	s.StartStep("started")

	assert.Equal(t, []string{"started", "being undone", "uncertain", "done"}, s.ToCompensate())
}

func TestTheFirstFailureIsTheReason(t *testing.T) {
	t.Parallel()
	s := domain.NewSaga("s", domain.SagaCreateOrder, "o", domain.Request{})
	s.BeginCompensation(domain.Failure{Code: domain.CancelOutOfStock, Reason: "no tea"})
	s.BeginCompensation(domain.Failure{Code: domain.CancelInterrupted, Reason: "crash"})

	assert.Equal(t, domain.CancelOutOfStock, s.Failure.Code)
}

func TestACloneSharesNothing(t *testing.T) {
	t.Parallel()
	s := domain.NewSaga("s", domain.SagaCreateOrder, "o", domain.Request{})
	s.StartStep("a")
	clone := s.Clone()
	clone.EndStep("a", domain.StepDone, "")

	assert.Equal(t, domain.StepStarted, s.Steps[0].Status)
}
