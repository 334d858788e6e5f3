package saga_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
	"shop/platform/errs"
)

const longTime = time.Hour

func TestAPurchaseIsPaidOrLeavesNoTrace(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	cases := map[string]struct {
		behaviours map[string]behaviour
		wantCode   errs.Code
		wantReason string
	}{
		"all works":                        {nil, 0, ""},
		"no stock":                         {map[string]behaviour{saga.ReserveInventory: refuses}, errs.Precondition, "OUT_OF_STOCK"},
		"no money":                         {map[string]behaviour{saga.DeductBalance: refuses}, errs.Precondition, "INSUFFICIENT_BALANCE"},
		"the reservation's answer is lost": {map[string]behaviour{saga.ReserveInventory: silentDone}, errs.Precondition, "UNCERTAIN"},
		"the deduction's answer is lost":   {map[string]behaviour{saga.DeductBalance: silentDone}, errs.Precondition, "UNCERTAIN"},
		"the deduction never arrives":      {map[string]behaviour{saga.DeductBalance: silentNotDone}, errs.Precondition, "UNCERTAIN"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			services, in := newDownstream(c.behaviours), request()
			shop := start(pool, services, &crashtest.Process{}, longTime)

			first, err := shop.create.Execute(t.Context(), in)
			assert.Equal(t, c.wantCode, errs.CodeOf(err))
			wantNet := 0
			if c.wantCode == 0 {
				wantNet = 1
				assert.Equal(t, int(domain.StatusPaid), first.Order.Status)
			} else {
				assert.Equal(t, c.wantReason, errs.From(err).Reason)
				assert.Equal(t, []domain.OrderStatus{domain.StatusCancelled}, storedStatuses(t, pool, in.BuyerID))
			}
			assert.Equal(t, wantNet, services.net[saga.ReserveInventory], "stock")
			assert.Equal(t, wantNet, services.net[saga.DeductBalance], "money")

			second, again := shop.create.Execute(t.Context(), in)
			assert.Equal(t, first.Order, second.Order)
			assert.Equal(t, errs.CodeOf(err), errs.CodeOf(again))
			if err == nil {
				assert.True(t, second.Replayed)
			}
		})
	}
}

// The process is killed at every point of its work in turn, and a new one is started. Whatever happened, in the end the order is paid with
// exactly one reservation and one deduction, or cancelled with none, and a repetition of the request returns that.
func TestNoCrashLosesMoneyOrStock(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for name, behaviours := range map[string]map[string]behaviour{
		"all works":               nil,
		"no stock":                {saga.ReserveInventory: refuses},
		"no money":                {saga.DeductBalance: refuses},
		"lost answer":             {saga.DeductBalance: silentDone},
		"lost call":               {saga.DeductBalance: silentNotDone},
		"compensation fails once": {saga.DeductBalance: refuses, saga.ReserveInventory: undoFailsOnce},
	} {
		for diesAt := int64(1); ; diesAt++ {
			at := fmt.Sprintf("%s, killed at point %d", name, diesAt)
			services, in, victim := newDownstream(behaviours), request(), &crashtest.Process{DiesAt: diesAt}
			dying := start(pool, services, victim, 0)
			_, _ = dying.create.Execute(t.Context(), in)
			require.NoError(t, dying.background.Wait(t.Context()), at)
			survivor := start(pool, services, &crashtest.Process{}, 0)
			settleAll(t, pool, survivor)
			// Killed before it was accepted, the order is new to the survivor.
			_, _ = survivor.create.Execute(t.Context(), in)
			settleAll(t, pool, survivor)

			again, err := survivor.create.Execute(withDeadline(t, 5*time.Second), in)

			statuses := storedStatuses(t, pool, in.BuyerID)
			require.Len(t, statuses, 1, at)
			wantNet := 0
			if statuses[0] == domain.StatusPaid {
				wantNet = 1
				require.NoError(t, err, at)
				require.Equal(t, int(domain.StatusPaid), again.Order.Status, at)
			} else {
				require.Equal(t, domain.StatusCancelled, statuses[0], at)
				require.Error(t, err, at)
				require.NotEqual(t, "IN_PROGRESS", errs.From(err).Reason, at)
			}
			require.Equal(t, wantNet, services.net[saga.ReserveInventory], "stock: "+at)
			require.Equal(t, wantNet, services.net[saga.DeductBalance], "money: "+at)
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(6), "too few points: the crashes are not real")
				break
			}
		}
	}
}

// The scanners themselves are killed at every point as well.
func TestACrashOfTheScannerIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for diesAt := int64(1); ; diesAt++ {
		services, in := newDownstream(map[string]behaviour{saga.DeductBalance: silentDone}), request()
		// Points 1 and 2 accept the order; the two steps need 4 each. So at 9 both calls have been made.
		_, _ = start(pool, services, &crashtest.Process{DiesAt: 9}, 0).create.Execute(t.Context(), in)
		victim := &crashtest.Process{DiesAt: diesAt}
		_, _ = start(pool, services, victim, 0).scan.Execute(t.Context())
		settleAll(t, pool, start(pool, services, &crashtest.Process{}, 0))

		require.Equal(t, []domain.OrderStatus{domain.StatusCancelled}, storedStatuses(t, pool, in.BuyerID), "killed at point %d", diesAt)
		require.Zero(t, services.net[saga.ReserveInventory], "stock, killed at point %d", diesAt)
		require.Zero(t, services.net[saga.DeductBalance], "money, killed at point %d", diesAt)
		if !victim.IsDead() {
			break
		}
	}
}

func TestTwoScannersNeverWorkTheSameSaga(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	services := newDownstream(nil)
	for range 30 {
		// Dies after the first step's call.
		_, _ = start(pool, services, &crashtest.Process{DiesAt: 5}, 0).create.Execute(t.Context(), request())
	}
	require.Equal(t, 30, unsettled(t, pool))

	settled := scanTogether(t, pool, services)

	assert.Zero(t, unsettled(t, pool))
	assert.Equal(t, 30, settled, "settled by all scanners together")
	assert.False(t, services.overlapped, "two scanners called for one saga at the same time")
	assert.Zero(t, services.net[saga.ReserveInventory])
	for key, tries := range services.undoTries {
		assert.Equal(t, 1, tries, "compensations of %s", key)
	}
}

func TestConcurrentDuplicatesBuyOnceAndHearTheSame(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	services, in := newDownstream(nil), request()
	shop := start(pool, services, &crashtest.Process{}, longTime)
	answers := make([]dto.OrderAnswer, 10)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			var err error
			answers[i], err = shop.create.Execute(withDeadline(t, 10*time.Second), in)
			assert.NoError(t, err)
		})
	}
	wait.Wait()
	for _, got := range answers {
		assert.Equal(t, answers[0].Order, got.Order)
	}
	assert.Equal(t, 1, services.net[saga.DeductBalance])
	assert.Equal(t, 1, services.net[saga.ReserveInventory])
}

func TestCreateOrder_DuplicateOfDeadRequest_IsInProgress(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	services, in := newDownstream(nil), request()
	_, _ = start(pool, services, &crashtest.Process{DiesAt: 6}, longTime).create.Execute(t.Context(), in)
	started := time.Now()

	_, err := start(pool, services, &crashtest.Process{}, longTime).create.Execute(withDeadline(t, time.Second), in)

	assert.Equal(t, errs.Aborted, errs.CodeOf(err))
	assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
	assert.Less(t, time.Since(started), time.Second, "answers before the deadline, not after")
}

func TestTheSameKeyForAnotherPurchaseIsAConflict(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	services, in := newDownstream(nil), request()
	shop := start(pool, services, &crashtest.Process{}, longTime)
	_, err := shop.create.Execute(t.Context(), in)
	require.NoError(t, err)
	in.Items = []dto.NewItem{{SKU: "tea", Quantity: 3}}

	_, err = shop.create.Execute(t.Context(), in)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	assert.Equal(t, 1, services.net[saga.DeductBalance])
}

func TestCreateOrder_Answer_EqualsStoredOrder(t *testing.T) {
	t.Parallel()
	shop, in := start(newPool(t), newDownstream(nil), &crashtest.Process{}, longTime), request()

	bought, err := shop.create.Execute(withDeadline(t, 10*time.Second), in)
	require.NoError(t, err)

	shown, err := shop.get.Execute(t.Context(), dto.Caller{UserID: in.BuyerID}, bought.Order.ID)
	require.NoError(t, err)
	assert.Equal(t, shown, bought.Order)
}
