package usecase_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/usecase"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotencystore"
)

func TestReserve_SecondReservationOfASagaOrAnOrder_ReturnsConflict(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	first := reservation(oneTea)
	_, err := i.steps.Reserve(t.Context(), first)
	require.NoError(t, err)

	for name, change := range map[string]func(r *dto.Reserve){
		"second step":              func(r *dto.Reserve) { r.StepName = "RESERVE_AGAIN" },
		"second saga of the order": func(r *dto.Reserve) { r.SagaID = uuid.NewString() },
		"second order of the saga": func(r *dto.Reserve) { r.StepName, r.OrderID = "RESERVE_OTHER", uuid.NewString() },
	} {
		step := first
		change(&step)
		_, err := i.steps.Reserve(t.Context(), step)
		assert.Equal(t, "RESERVATION_EXISTS", errs.From(err).Reason, name)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err), name)
	}
	i.wantStock("tea", 9, 1)
}

func TestRelease_ForeignOrder_ReturnsConflict(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	mine, other := reservation(oneTea), reservation(oneTea)
	for _, step := range []dto.Reserve{mine, other} {
		_, err := i.steps.Reserve(t.Context(), step)
		require.NoError(t, err)
	}

	for name, change := range map[string]func(r *dto.Step){
		"order of another saga":           func(r *dto.Step) { r.OrderID = other.OrderID },
		"unknown order":                   func(r *dto.Step) { r.OrderID = uuid.NewString() },
		"order of another saga, new saga": func(r *dto.Step) { r.SagaID, r.OrderID = uuid.NewString(), other.OrderID },
		"order of another saga, new step": func(r *dto.Step) { r.StepName, r.OrderID = "OTHER_STEP", other.OrderID },
	} {
		step := undo(mine)
		change(&step)
		_, err := i.steps.Release(t.Context(), step)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err), name)
	}
	i.wantStock("tea", 8, 2)
}

func TestSteps_AfterTheirAnswersWerePruned_HaveNoSecondEffect(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	held, released, shipped := i.reserved(), i.reserved(), i.reserved()
	_, err := i.steps.Release(t.Context(), undo(released))
	require.NoError(t, err)
	ship := shipping(shipped)
	require.NoError(t, i.steps.Ship(t.Context(), ship))

	prune := usecase.NewPruneProcessedEvents(
		usecase.PruneConfig{Retention: time.Nanosecond, Timeout: time.Minute, Batch: 2}, idempotencystore.New(i.pool),
	)
	pruned, err := prune.Execute(t.Context())
	require.NoError(t, err)
	require.Equal(t, 6, pruned, "two deliveries, three reservations, one shipment")

	_, err = i.steps.Reserve(t.Context(), held)
	assert.Equal(t, "RESERVATION_EXISTS", errs.From(err).Reason)
	again, err := i.steps.Release(t.Context(), undo(released))
	require.NoError(t, err)
	assert.True(t, again)
	require.NoError(t, i.steps.Ship(t.Context(), ship))
	i.wantStock("tea", 6, 2)
	again, err = i.steps.Release(t.Context(), undo(held))
	require.NoError(t, err)
	assert.True(t, again, "what is reserved can still be released")
	i.wantStock("tea", 8, 0)
}

func TestPruneProcessedEvents_YoungerThanTheRetention_Stay(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	prune := usecase.NewPruneProcessedEvents(
		usecase.PruneConfig{Retention: time.Hour, Timeout: time.Minute, Batch: 2}, idempotencystore.New(i.pool),
	)

	pruned, err := prune.Execute(t.Context())

	require.NoError(t, err)
	assert.Zero(t, pruned)
}
