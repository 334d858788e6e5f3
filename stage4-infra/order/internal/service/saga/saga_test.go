package saga_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
)

func newPurchase(t *testing.T) *saga.Saga {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	item, err := domain.NewItem("tea", 1, price)
	require.NoError(t, err)
	order, err := domain.NewOrder(uuid.NewString(), uuid.NewString(), []domain.Item{item}, time.Now())
	require.NoError(t, err)
	return saga.NewPurchase(order)
}

func TestToCompensate_AllThatMayHaveHappened_LastFirst(t *testing.T) {
	t.Parallel()
	s := newPurchase(t)
	s.EndStep(saga.ReserveInventory, saga.StepFailed, "")
	for name, status := range map[string]saga.StepStatus{"undone": saga.StepCompensated, "failed": saga.StepFailed} {
		s.StartStep(name)
		s.EndStep(name, status, "")
	}
	for _, step := range []struct {
		name   string
		status saga.StepStatus
	}{{"done", saga.StepDone}, {"uncertain", saga.StepUncertain}, {"being undone", saga.StepCompensating}} {
		s.StartStep(step.name)
		s.EndStep(step.name, step.status, "")
	}
	s.StartStep("started")

	assert.Equal(t, []string{"started", "being undone", "uncertain", "done"}, s.ToCompensate())
}

func TestBeginCompensation_Twice_KeepsTheFirstFailure(t *testing.T) {
	t.Parallel()
	s := newPurchase(t)
	s.BeginCompensation(saga.Failure{Code: domain.CancelOutOfStock, Reason: "no tea"})
	s.BeginCompensation(saga.Failure{Code: domain.CancelInterrupted, Reason: "crash"})

	assert.Equal(t, domain.CancelOutOfStock, s.Failure.Code)
	assert.Equal(t, saga.Compensating, s.Status)
}

func TestIsSettled_OnlyRunningAndCompensatingNeedWork(t *testing.T) {
	t.Parallel()
	for status, want := range map[saga.Status]bool{
		saga.Running: false, saga.Compensating: false, saga.Completed: true, saga.Compensated: true, saga.Failed: true,
	} {
		assert.Equal(t, want, status.IsSettled(), status)
	}
}

func TestAttempts_AreCountedForEachDirection(t *testing.T) {
	t.Parallel()
	s := newPurchase(t)
	s.StartStep(saga.ReserveInventory)
	assert.Equal(t, 2, s.Steps[0].Attempts)
	s.StartCompensation(saga.ReserveInventory)
	assert.Equal(t, 1, s.Steps[0].Attempts)
	s.StartCompensation(saga.ReserveInventory)

	assert.Equal(t, 2, s.Steps[0].Attempts)
	assert.Equal(t, saga.StepCompensating, s.Steps[0].Status)
	assert.Equal(t, saga.ReserveInventory, s.CurrentStep)
}

func TestSagaIDs_AreOnePerTypeAndOrder(t *testing.T) {
	t.Parallel()
	purchase := newPurchase(t)
	cancel, ship := saga.NewCancellation(purchase.Order), saga.NewShipment(purchase.Order)

	assert.Equal(t, saga.PurchaseID(purchase.Order), purchase.ID)
	assert.Equal(t, cancel.ID, saga.NewCancellation(purchase.Order).ID)
	assert.Len(t, map[string]bool{purchase.ID: true, cancel.ID: true, ship.ID: true}, 3)
}
