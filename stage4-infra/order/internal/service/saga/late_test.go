package saga_test

import (
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/platform/crashtest"
	"shop/platform/messaging"
	"shop/platform/paralleltest"
)

// takeType removes the first message of this type from the queue.
func (s *shop) takeType(messageType string) messaging.Message {
	s.t.Helper()
	i := slices.Index(s.broker.types(), messageType)
	require.GreaterOrEqual(s.t, i, 0, "no %s was sent", messageType)
	return s.broker.take(i)
}

// reserve places an order whose stock is reserved and whose deduction waits in the queue.
func (s *shop) reserve() (buyerID, orderID string) {
	s.t.Helper()
	order := s.place(request()).Order
	s.deliver(s.takeType("inventory.stock.reserve"))
	s.deliver(s.takeType("order.saga.reply"))
	require.Equal(s.t, domain.StatusConfirmed, s.status(order.ID))
	return order.BuyerID, order.ID
}

func reserved(t *testing.T) (s *shop, buyerID, orderID string) {
	s = newShop(t, newPool(t), newServices(), &crashtest.Process{})
	buyerID, orderID = s.reserve()
	return s, buyerID, orderID
}

func TestCompensation_OvertakesItsAction_Wins(t *testing.T) {
	t.Parallel()
	s, buyer, order := reserved(t)
	_, err := s.cancel.Execute(t.Context(), cancelling(buyer, order))
	require.NoError(t, err)
	deduct := s.takeType("wallet.balance.deduct")

	s.deliverAll()
	require.Equal(t, domain.StatusCancelled, s.requireEnd(order, "before the action"))
	s.deliver(deduct)
	s.deliverAll()

	assert.Equal(t, domain.StatusCancelled, s.requireEnd(order, "after the action"))
}

func TestReply_OfAction_AfterCompensationHasBegun_ChangesNothing(t *testing.T) {
	t.Parallel()
	s, buyer, order := reserved(t)
	s.deliver(s.takeType("wallet.balance.deduct"))
	paid := s.takeType("order.saga.reply")
	_, err := s.cancel.Execute(t.Context(), cancelling(buyer, order))
	require.NoError(t, err)

	s.deliver(paid)
	assert.Equal(t, domain.StatusConfirmed, s.status(order), "the purchase is being undone")
	assert.Equal(t, []string{"wallet.balance.refund"}, s.broker.types(), "the reply brings no other command")
	s.deliverAll()
	s.deliver(paid)

	assert.Equal(t, domain.StatusCancelled, s.requireEnd(order, "after the late reply"))
	assert.Zero(t, s.broker.size())
}

// Compensations go in reverse order, one command at a time.
func TestCompensation_OneCommandAtATime_LastStepFirst(t *testing.T) {
	t.Parallel()
	s, buyer, order := reserved(t)
	_, err := s.cancel.Execute(t.Context(), cancelling(buyer, order))
	require.NoError(t, err)
	_ = s.takeType("wallet.balance.deduct")

	assert.Equal(t, []string{"wallet.balance.refund"}, s.broker.types())
	s.deliver(s.broker.take(0))
	s.deliver(s.takeType("order.saga.reply"))

	assert.Equal(t, []string{"inventory.stock.release"}, s.broker.types())
	assert.Equal(t, domain.StatusConfirmed, s.status(order), "cancelled before everything is undone")
}

func TestReply_TwoReplicasAtOnce_MovesTheSagaOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, newPool(t), newServices(), &crashtest.Process{})
	order := s.place(request()).Order
	s.deliver(s.takeType("inventory.stock.reserve"))
	reply := s.takeType("order.saga.reply")
	replicas := lo.Times(4, func(int) process { return start(s.pool, s.broker, &crashtest.Process{}, longTime) })

	for _, err := range paralleltest.Together(12, func(i int) error { return replicas[i%4].replies.Handle(t.Context(), reply) }) {
		require.NoError(t, err)
	}

	assert.Equal(t, []string{"wallet.balance.deduct"}, s.broker.types(), "one command, however many replicas got the reply")
	assert.Equal(t, []string{"order.order.created", "order.order.confirmed"}, s.broker.events)
	s.deliverAll()
	assert.Equal(t, domain.StatusPaid, s.requireEnd(order.ID, "after duplicates"))
}

// Replies, cancellations, shipments and timeouts of one order meet. One of them wins each time, and the effects are those of the winner.
func TestSaga_ConcurrentMoves_EndWithRightEffects(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for range 15 {
		s := newShop(t, pool, newServices(), &crashtest.Process{})
		buyer, order := s.reserve()
		s.deliver(s.takeType("wallet.balance.deduct"))
		reply := s.takeType("order.saga.reply")
		eager := start(pool, s.broker, &crashtest.Process{}, 0)
		moves := []func() error{
			func() error { return s.replies.Handle(t.Context(), reply) },
			func() error { _, err := s.timeOut.Execute(t.Context()); return err },
			func() error { _, err := eager.timeOut.Execute(t.Context()); return err },
			func() error { _, err := s.cancel.Execute(t.Context(), cancelling(buyer, order)); return err },
			func() error { return s.replies.Handle(t.Context(), reply) },
		}
		for _, err := range paralleltest.Together(len(moves), func(i int) error { return moves[i]() }) {
			require.NoError(t, err)
		}
		s.settle(order)
		require.Equal(t, domain.StatusCancelled, s.requireEnd(order, "after concurrent moves"))
	}
}

func TestCancelAndShip_AtOnce_ExactlyOneWins(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for range 10 {
		s := newShop(t, pool, newServices(), &crashtest.Process{})
		in := s.buy()
		errs := paralleltest.Together(2, func(i int) (err error) {
			if i == 0 {
				_, err = s.cancel.Execute(t.Context(), in)
				return err
			}
			_, err = s.ship.Execute(t.Context(), in.Caller, in.ID)
			return err
		})
		s.deliverAll()
		require.Equal(t, 1, lo.CountBy(errs, func(err error) bool { return err == nil }), "cancel: %v, ship: %v", errs[0], errs[1])
		require.Equal(t, errs[1] == nil, s.requireEnd(in.ID, "one of both") == domain.StatusShipped)
		require.Len(t, s.sagas(in.ID), 2, "the purchase and the winner")
		require.NotContains(t, s.sagas(in.ID), lo.Ternary(errs[0] == nil, saga.ShipOrder, saga.CancelOrder))
	}
}
