package saga_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
	"shop/platform/errs"
)

// seed returns the first seed of a random test: that of an earlier failure, or a new one.
func seed(t *testing.T) uint64 {
	t.Helper()
	if given, err := strconv.ParseUint(os.Getenv("SAGA_TEST_SEED"), 10, 64); err == nil {
		return given
	}
	return uint64(time.Now().UnixNano())
}

// The broker duplicates, delays and reorders messages; the process dies; the buyer cancels, the warehouse ships and the timeout monitor
// runs at any moment. Whatever happened, every order ends as paid, shipped or cancelled, with the effects of exactly that.
func TestSaga_UnreliableBroker_EndsWithRightEffects(t *testing.T) {
	t.Parallel()
	pool, first := newPool(t), seed(t)
	ends := make(map[domain.OrderStatus]int)
	for i := range uint64(100) {
		at := fmt.Sprintf("repeat with SAGA_TEST_SEED=%d", first+i)
		random := rand.New(rand.NewPCG(first+i, 0))
		var refused []string
		for _, step := range []string{saga.ReserveInventory, saga.DeductBalance} {
			if random.IntN(5) == 0 {
				refused = append(refused, step)
			}
		}
		s := newShop(t, pool, newServices(refused...), &crashtest.Process{DiesAt: random.Int64N(20)})
		order := s.place(request()).Order
		for step := 0; step < 200 && (s.broker.size() > 0 || s.isOpen(order.ID)); step++ {
			s.anything(random, order.BuyerID, order.ID, at)
		}
		s.settle(order.ID)
		ends[s.requireEnd(order.ID, at)]++
	}
	for _, status := range []domain.OrderStatus{domain.StatusPaid, domain.StatusShipped, domain.StatusCancelled} {
		require.NotZero(t, ends[status], "no order ended as %s: the test is too weak", status)
	}
}

// anything does one thing that may happen.
func (s *shop) anything(random *rand.Rand, buyerID, orderID, at string) {
	s.t.Helper()
	switch n := s.broker.size(); random.IntN(12) {
	case 0:
		_, err := s.cancel.Execute(s.t.Context(), cancelling(buyerID, orderID))
		s.requireAnswer(err, "NOT_CANCELLABLE", at)
	case 1:
		_, err := s.ship.Execute(s.t.Context(), dto.Caller{UserID: uuid.NewString()}, orderID)
		s.requireAnswer(err, "NOT_SHIPPABLE", at)
	case 2:
		if random.IntN(4) == 0 {
			s.timeOutNow()
		}
	case 3:
		s.process = start(s.pool, s.broker, &crashtest.Process{DiesAt: 1 + random.Int64N(10)}, longTime)
	default:
		if n == 0 {
			s.resumeIfFailed(orderID)
			return
		}
		m := s.broker.take(random.IntN(n))
		if random.IntN(3) == 0 {
			s.broker.publish(m) // a duplicate, for later
		}
		s.deliver(m)
	}
}

// requireAnswer fails unless the request was accepted, was refused for this reason, or met a process that died.
func (s *shop) requireAnswer(err error, reason, at string) {
	s.t.Helper()
	switch {
	case err == nil || errs.From(err).Reason == reason:
	default:
		require.ErrorIs(s.t, err, crashtest.ErrDead, at)
		s.restart()
	}
}

func (s *shop) isOpen(orderID string) bool {
	for _, status := range s.sagas(orderID) {
		if status != "COMPLETED" && status != "COMPENSATED" {
			return true
		}
	}
	return false
}

func (s *shop) resumeIfFailed(orderID string) {
	s.t.Helper()
	for _, status := range s.sagas(orderID) {
		if status == "FAILED" {
			require.NoError(s.t, s.untilAccepted(func(p process) error { return p.resume.Execute(s.t.Context(), orderID) }))
		}
	}
}

// settle delivers everything and resumes what has failed, until nothing is left.
func (s *shop) settle(orderID string) {
	s.t.Helper()
	for s.broker.size() > 0 || s.isOpen(orderID) {
		s.deliverAll()
		s.resumeIfFailed(orderID)
	}
}
