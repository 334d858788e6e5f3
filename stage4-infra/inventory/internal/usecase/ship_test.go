package usecase_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/paralleltest"
)

// reserved reserves one tea and one cup, and returns the step that did.
func (i *inventory) reserved() dto.Reserve {
	i.t.Helper()
	step := reservation(dto.Item{SKU: "tea", Quantity: 2}, dto.Item{SKU: "cup", Quantity: 1})
	_, err := i.steps.Reserve(i.t.Context(), step)
	require.NoError(i.t, err)
	return step
}

func TestShip_Repeated_RemovesTheReservedStockOnce(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	step := shipping(i.reserved())

	for _, err := range paralleltest.Together(10, func(int) error { return i.steps.Ship(t.Context(), step) }) {
		require.NoError(t, err)
	}

	i.wantStock("tea", 8, 0)
	i.wantStock("cup", 9, 0)
	assert.Equal(t, []string{"inventory.reservation.held", "inventory.reservation.shipped"}, i.events.seen)
}

func TestShip_SecondSagaOfTheOrder_ChangesNothing(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	order := i.reserved()
	require.NoError(t, i.steps.Ship(t.Context(), shipping(order)))

	require.NoError(t, i.steps.Ship(t.Context(), shipping(order)))

	i.wantStock("tea", 8, 0)
	assert.Len(t, i.events.seen, 2)
}

func TestShip_Released_ReturnsPreconditionForEver(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	order := i.reserved()
	_, err := i.steps.Release(t.Context(), undo(order))
	require.NoError(t, err)
	step := shipping(order)

	for range 2 {
		err = i.steps.Ship(t.Context(), step)
		assert.Equal(t, "RESERVATION_RELEASED", errs.From(err).Reason)
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	}
	i.wantStock("tea", 10, 0)
}

func TestShip_NoReservation_ReturnsNotFound(t *testing.T) {
	t.Parallel()
	i := newInventory(t)

	err := i.steps.Ship(t.Context(), shipping(reservation(oneTea)))

	assert.Equal(t, "RESERVATION_NOT_FOUND", errs.From(err).Reason)
	assert.Equal(t, "INVALID_STEP", errs.From(i.steps.Ship(t.Context(), dto.Step{StepName: "SHIP_STOCK"})).Reason)
}

func TestShip_SameStepForAnotherOrder_ReturnsConflict(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	first, second := i.reserved(), i.reserved()
	step := shipping(first)
	require.NoError(t, i.steps.Ship(t.Context(), step))

	step.OrderID = second.OrderID
	err := i.steps.Ship(t.Context(), step)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	i.wantStock("tea", 6, 2)
}

func TestRelease_Shipped_IsRefused(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	order := i.reserved()
	require.NoError(t, i.steps.Ship(t.Context(), shipping(order)))

	_, err := i.steps.Release(t.Context(), undo(order))

	assert.Equal(t, "RESERVATION_SHIPPED", errs.From(err).Reason)
	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	i.wantStock("tea", 8, 0)
}

func TestShipAndRelease_Concurrent_OneWins(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	for range 10 {
		before, err := i.get.Execute(t.Context(), "tea")
		require.NoError(t, err)
		order := i.reserved()
		problems := paralleltest.Together(2, func(n int) error {
			if n == 0 {
				return i.steps.Ship(t.Context(), shipping(order))
			}
			_, err := i.steps.Release(t.Context(), undo(order))
			return err
		})
		if problems[0] == nil {
			assert.Equal(t, errs.Precondition, errs.CodeOf(problems[1]), "the release")
			i.wantStock("tea", before.Available-2, 0)
			i.stocked(2, "tea")
			i.stocked(1, "cup")
		} else {
			assert.Equal(t, errs.Precondition, errs.CodeOf(problems[0]), "the shipment")
			require.NoError(t, problems[1])
			i.wantStock("tea", before.Available, 0)
		}
	}
}
