package saga_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
	"shop/platform/errs"
)

// buy returns a request to cancel an order that was just paid.
func buy(t *testing.T, pool *pgxpool.Pool, services *downstream) dto.CancelOrder {
	t.Helper()
	created, err := start(pool, services, &crashtest.Process{}, longTime).create.Execute(t.Context(), request())
	require.NoError(t, err)
	return dto.CancelOrder{
		Caller: dto.Caller{UserID: created.Order.BuyerID}, ID: created.Order.ID, IdempotencyKey: uuid.NewString(),
	}
}

// isBack fails unless the order is cancelled and its money and stock came back exactly once.
func isBack(t *testing.T, pool *pgxpool.Pool, services *downstream, in dto.CancelOrder, at string) {
	t.Helper()
	require.Equal(t, []domain.OrderStatus{domain.StatusCancelled}, storedStatuses(t, pool, in.Caller.UserID), at)
	require.Zero(t, services.net[saga.DeductBalance], "money: "+at)
	require.Zero(t, services.net[saga.ReserveInventory], "stock: "+at)
	require.Equal(t, "COMPLETED", storedCancellation(t, pool, in.ID), at)
}

func storedCancellation(t *testing.T, pool *pgxpool.Pool, orderID string) (status string) {
	t.Helper()
	const query = `SELECT status FROM saga_executions WHERE aggregate_id = $1 AND saga_type = 'CANCEL_ORDER'`
	require.NoError(t, pool.QueryRow(t.Context(), query, orderID).Scan(&status))
	return status
}

func TestACancelledOrderIsPaidBackOnce(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(nil)
	in := buy(t, pool, services)
	shop := start(pool, services, &crashtest.Process{}, longTime)

	first, err := shop.cancel.Execute(t.Context(), in)
	require.NoError(t, err)
	second, err := shop.cancel.Execute(t.Context(), in)
	require.NoError(t, err)

	assert.Equal(t, int(domain.StatusCancelled), first.Order.Status)
	assert.Equal(t, string(domain.CancelByBuyer), first.Order.CancelCode)
	assert.False(t, first.Replayed)
	assert.True(t, second.Replayed)
	assert.Equal(t, first.Order, second.Order)
	isBack(t, pool, services, in, "after two requests")
	for step, tries := range services.undoTries {
		assert.Equal(t, 1, tries, step)
	}
}

// The process is killed at every point of a cancellation in turn, and a new one is started.
func TestNoCrashOfACancellationLosesMoneyOrStock(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for name, behaviours := range map[string]map[string]behaviour{
		"all works":            nil,
		"refund fails once":    {saga.DeductBalance: undoFailsOnce},
		"refund's answer lost": {saga.DeductBalance: undoSilentOnce},
		"release fails once":   {saga.ReserveInventory: undoFailsOnce},
		"both answers lost":    {saga.DeductBalance: undoSilentOnce, saga.ReserveInventory: undoSilentOnce},
	} {
		for diesAt := int64(1); ; diesAt++ {
			at := fmt.Sprintf("%s, killed at point %d", name, diesAt)
			services, victim := newDownstream(behaviours), &crashtest.Process{DiesAt: diesAt}
			in := buy(t, pool, services)
			dying := start(pool, services, victim, 0)
			_, _ = dying.cancel.Execute(t.Context(), in)
			require.NoError(t, dying.background.Wait(t.Context()), at)
			survivor := start(pool, services, &crashtest.Process{}, 0)
			settleAll(t, pool, survivor)
			// Killed before it was accepted, the request is new to the survivor.
			_, _ = survivor.cancel.Execute(t.Context(), in)
			settleAll(t, pool, survivor)

			again, err := survivor.cancel.Execute(withDeadline(t, 5*time.Second), in)

			require.NoError(t, err, at)
			require.Equal(t, int(domain.StatusCancelled), again.Order.Status, at)
			isBack(t, pool, services, in, at)
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(6), "too few points: the crashes are not real")
				break
			}
		}
	}
}

// The worker that resumes a cancellation is killed at every point as well.
func TestScanner_CrashDuringCancellation_NextScanFinishes(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for diesAt := int64(1); ; diesAt++ {
		services := newDownstream(map[string]behaviour{saga.DeductBalance: undoSilentOnce, saga.ReserveInventory: undoFailsOnce})
		in := buy(t, pool, services)
		// Points 1 and 2 accept the cancellation.
		_, _ = start(pool, services, &crashtest.Process{DiesAt: 3}, 0).cancel.Execute(t.Context(), in)
		require.Equal(t, "RUNNING", storedCancellation(t, pool, in.ID))
		victim := &crashtest.Process{DiesAt: diesAt}
		_, _ = start(pool, services, victim, 0).scan.Execute(t.Context())
		settleAll(t, pool, start(pool, services, &crashtest.Process{}, 0))

		isBack(t, pool, services, in, fmt.Sprintf("killed at point %d", diesAt))
		if !victim.IsDead() {
			break
		}
	}
}

func TestCancelOrder_ServiceDown_GoesOnAfterTheRequest(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(map[string]behaviour{saga.ReserveInventory: undoSilent})
	in := buy(t, pool, services)
	shop := start(pool, services, &crashtest.Process{}, 0)

	_, err := shop.cancel.Execute(withDeadline(t, 500*time.Millisecond), in)

	assert.Equal(t, errs.Aborted, errs.CodeOf(err))
	assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
	assert.Equal(t, "RUNNING", storedCancellation(t, pool, in.ID), "it is never undone")
	services.behave(saga.ReserveInventory, works)
	require.NoError(t, shop.background.Wait(t.Context()))
	_, err = shop.cancel.Execute(t.Context(), in)
	assert.NoError(t, err)
	isBack(t, pool, services, in, "when the service is back")
}

func TestABuyerWhoHangsUpStopsNoCancellation(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(nil)
	in := buy(t, pool, services)
	ctx, hangUp := context.WithCancel(t.Context())
	services.onUndo = hangUp

	shop := start(pool, services, &crashtest.Process{}, longTime)
	_, _ = shop.cancel.Execute(ctx, in)
	require.NoError(t, shop.background.Wait(t.Context()))

	isBack(t, pool, services, in, "without a scan")
}

// What was taken is never refused back, unless there is a bug. Then it is not tried for ever, and it is seen.
func TestCancellation_RefusedByService_EndsFailed(t *testing.T) {
	t.Parallel()
	pool, services := newPool(t), newDownstream(map[string]behaviour{saga.DeductBalance: undoRefused})
	in := buy(t, pool, services)
	shop := start(pool, services, &crashtest.Process{}, 0)

	_, err := shop.cancel.Execute(t.Context(), in)
	settled, scanErr := shop.scan.Execute(t.Context())

	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	assert.Equal(t, "CANCELLATION_FAILED", errs.From(err).Reason)
	require.NoError(t, scanErr)
	assert.Zero(t, settled)
	assert.Equal(t, "FAILED", storedCancellation(t, pool, in.ID))
	assert.Equal(t, 1, lo.Sum(lo.Values(services.undoTries)), "calls")
	assert.InDelta(t, 1, shop.metric(t, "sagas_total", "type", "CANCEL_ORDER", "outcome", "failed"), 0)

	// An operator has fixed the cause and lets the scanner go on.
	services.behave(saga.DeductBalance, works)
	_, err = pool.Exec(t.Context(), `UPDATE saga_executions SET status = 'RUNNING' WHERE saga_type = 'CANCEL_ORDER'`)
	require.NoError(t, err)
	settleAll(t, pool, shop)
	_, err = shop.cancel.Execute(t.Context(), in)
	assert.NoError(t, err)
	isBack(t, pool, services, in, "after the fix")
}
