package saga_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
	"shop/platform/errs"
)

// No reply ever comes: the purchase is undone, the compensation fails, and an operator resumes it when the other service is back.
func TestTimeout_RunningThenCompensatingThenFailed_AndResumed(t *testing.T) {
	t.Parallel()
	s, _, order := reserved(t)
	s.takeType("wallet.balance.deduct")
	fresh, err := s.timeOut.Execute(t.Context())
	require.NoError(t, err)
	require.Zero(t, fresh, "it is not stale yet")
	s.process = start(s.pool, s.broker, &crashtest.Process{}, 0)

	for _, want := range []string{"COMPENSATING", "FAILED", "FAILED"} {
		_, err := s.timeOut.Execute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, map[string]string{saga.CreateOrder: want}, s.sagas(order))
	}
	assert.Equal(t, domain.StatusConfirmed, s.status(order), "it is cancelled when everything is undone, not before")
	assert.InDelta(t, 1, s.metric(t, "sagas_total", "type", "CREATE_ORDER", "outcome", "failed"), 0)
	assert.InDelta(t, 1, s.metric(t, "sagas_failed", "type", "CREATE_ORDER"), 0)
	assert.InDelta(t, 0, s.metric(t, "sagas_unsettled", "type", "CREATE_ORDER"), 0)
	s.deliver(s.takeType("wallet.balance.refund"))
	s.deliver(s.takeType("order.saga.reply"))
	assert.Equal(t, map[string]string{saga.CreateOrder: "FAILED"}, s.sagas(order), "a late reply changes nothing")

	require.NoError(t, s.resume.Execute(t.Context(), order))
	s.deliverAll()

	assert.Equal(t, domain.StatusCancelled, s.requireEnd(order, "resumed"))
	assert.Equal(t, errs.NotFound, errs.CodeOf(s.resume.Execute(t.Context(), order)), "there is nothing left to resume")
	assert.InDelta(t, 1, s.metric(t, "sagas_total", "type", "CREATE_ORDER", "outcome", "compensated"), 0)
}

func TestTimeout_ForwardSaga_FailsAndGoesOnWhenResumed(t *testing.T) {
	t.Parallel()
	s := newShop(t, newPool(t), newServices(), &crashtest.Process{})
	ship, cancel := s.buy(), s.buy()
	_, err := s.ship.Execute(t.Context(), dto.Caller{}, ship.ID)
	require.NoError(t, err)
	_, err = s.cancel.Execute(t.Context(), cancel)
	require.NoError(t, err)

	s.timeOutNow()

	assert.Equal(t, "FAILED", s.sagas(ship.ID)[saga.ShipOrder])
	assert.Equal(t, "FAILED", s.sagas(cancel.ID)[saga.CancelOrder])
	for id, want := range map[string]domain.OrderStatus{ship.ID: domain.StatusShipped, cancel.ID: domain.StatusCancelled} {
		require.NoError(t, s.resume.Execute(t.Context(), id))
		s.deliverAll()
		assert.Equal(t, want, s.requireEnd(id, "resumed"))
	}
}

// A service refuses to give back what it took only because of a bug. It is not tried for ever, and it is seen.
func TestCompensation_Refused_FailsUntilTheBugIsFixed(t *testing.T) {
	t.Parallel()
	s := newShop(t, newPool(t), newServices(), &crashtest.Process{})
	paid := s.buy()
	buyer, order := s.reserve()
	s.services.stuck[saga.DeductBalance] = true
	for _, in := range []dto.CancelOrder{cancelling(buyer, order), paid} {
		_, err := s.cancel.Execute(t.Context(), in)
		require.NoError(t, err)
	}
	s.deliverAll()
	assert.Equal(t, "FAILED", s.sagas(order)[saga.CreateOrder])
	assert.Equal(t, "FAILED", s.sagas(paid.ID)[saga.CancelOrder])
	_, err := s.cancel.Execute(t.Context(), cancelling(buyer, order))
	require.NoError(t, err, "the cancellation was accepted and goes on once an operator resumes it")

	s.services.stuck[saga.DeductBalance] = false
	for _, id := range []string{order, paid.ID} {
		require.NoError(t, s.resume.Execute(t.Context(), id))
		s.deliverAll()
		assert.Equal(t, domain.StatusCancelled, s.requireEnd(id, "after the fix"))
	}
}

// A command that was lost, in the dead letters for example, is sent again by hand, and the purchase still succeeds.
func TestResume_RunningSaga_SendsTheCommandAgain(t *testing.T) {
	t.Parallel()
	s, _, order := reserved(t)
	s.takeType("wallet.balance.deduct")

	require.NoError(t, s.resume.Execute(t.Context(), order))
	s.deliverAll()

	assert.Equal(t, domain.StatusPaid, s.requireEnd(order, "resumed"))
}
