package saga_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
	"shop/platform/errs"
)

func TestShipOrder_Repeated_ShipsOnceAndCannotBeCancelled(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(nil)
	in := buy(t, pool, services)
	shop, warehouse := start(pool, services, &crashtest.Process{}, longTime), dto.Caller{UserID: uuid.NewString()}

	for range 2 {
		shipped, err := shop.ship.Execute(t.Context(), warehouse, in.ID)
		require.NoError(t, err)
		assert.Equal(t, int(domain.StatusShipped), shipped.Order.Status)
	}
	_, err := shop.cancel.Execute(t.Context(), in)

	assert.Equal(t, "NOT_CANCELLABLE", errs.From(err).Reason)
	assert.Equal(t, 1, services.net[saga.ShipStock])
	assert.Equal(t, 1, services.net[saga.DeductBalance])
}

func TestShipOrder_NotPaid_IsRefused(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(nil)
	in := buy(t, pool, services)
	shop := start(pool, services, &crashtest.Process{}, longTime)
	_, err := shop.cancel.Execute(t.Context(), in)
	require.NoError(t, err)

	_, err = shop.ship.Execute(t.Context(), dto.Caller{}, in.ID)
	assert.Equal(t, "NOT_SHIPPABLE", errs.From(err).Reason)
	_, err = shop.ship.Execute(t.Context(), dto.Caller{}, uuid.NewString())
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	assert.Zero(t, services.net[saga.ShipStock])
}

// The process is killed at every point of a shipment in turn, and a new one is started.
func TestShipOrder_CrashAtAnyPoint_ShipsOnce(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for _, b := range []behaviour{works, silentDone, silentOnce} {
		for diesAt := int64(1); ; diesAt++ {
			at := fmt.Sprintf("behaviour %d, killed at point %d", b, diesAt)
			services := newDownstream(map[string]behaviour{saga.ShipStock: b})
			in, victim := buy(t, pool, services), &crashtest.Process{DiesAt: diesAt}
			dying := start(pool, services, victim, 0)
			_, _ = dying.ship.Execute(withDeadline(t, 100*time.Millisecond), dto.Caller{}, in.ID)
			services.behave(saga.ShipStock, works)
			require.NoError(t, dying.background.Wait(t.Context()), at)
			survivor := start(pool, services, &crashtest.Process{}, 0)
			settleAll(t, pool, survivor)

			shipped, err := survivor.ship.Execute(t.Context(), dto.Caller{}, in.ID)

			require.NoError(t, err, at)
			require.Equal(t, int(domain.StatusShipped), shipped.Order.Status, at)
			require.Equal(t, 1, services.net[saga.ShipStock], at)
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(4), "too few points: the crashes are not real")
				break
			}
		}
	}
}
