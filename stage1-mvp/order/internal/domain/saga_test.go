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

func TestASagaIsSettledWhenNobodyHasToWorkOnIt(t *testing.T) {
	t.Parallel()
	const step = "a"
	for name, c := range map[string]struct {
		change  func(s *domain.Saga)
		want    domain.SagaStatus
		settled bool
	}{
		"begun":        {func(s *domain.Saga) { s.StartStep(step) }, domain.SagaRunning, false},
		"done":         {func(s *domain.Saga) { s.EndStep(step, domain.StepDone, ""); s.Complete() }, domain.SagaCompleted, true},
		"being undone": {func(s *domain.Saga) { s.BeginCompensation(domain.Failure{}) }, domain.SagaCompensating, false},
		"undone":       {(*domain.Saga).EndCompensation, domain.SagaCompensated, true},
		"given up":     {func(s *domain.Saga) { s.Fail(domain.Failure{Reason: "refused"}) }, domain.SagaFailed, true},
	} {
		s := domain.NewSaga("s", domain.SagaCancelOrder, "o", domain.Request{})
		c.change(s)
		assert.Equal(t, c.want, s.Status, name)
		assert.Equal(t, c.settled, s.Status.IsSettled(), name)
		assert.Equal(t, name == "done", s.IsDone(step), name)
	}
	assert.ElementsMatch(t, []string{"CREATE_ORDER", "CANCEL_ORDER"}, domain.SagaTypes())
}

func TestEachAttemptToUndoIsCounted(t *testing.T) {
	t.Parallel()
	s := domain.NewSaga("s", domain.SagaCreateOrder, "o", domain.Request{})
	for range 3 {
		s.StartStep("a")
	}
	assert.Equal(t, 3, s.Steps[0].Attempts)
	s.StartCompensation("a")
	assert.Equal(t, 1, s.Steps[0].Attempts, "undoing is counted anew")
	s.StartCompensation("a")

	assert.Equal(t, 2, s.Steps[0].Attempts)
	assert.Equal(t, domain.StepCompensating, s.Steps[0].Status)
	assert.Equal(t, "a", s.CurrentStep)
}
