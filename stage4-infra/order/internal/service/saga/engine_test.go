package saga_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/crashtest"
)

func TestPurchase_EndsPaidOrLeavesNoTrace(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for name, c := range map[string]struct {
		refused []string
		want    domain.OrderStatus
		code    string
		events  []string
	}{
		"all works": {nil, domain.StatusPaid, "", []string{"order.order.created", "order.order.confirmed", "order.order.paid"}},
		"no stock": {
			[]string{saga.ReserveInventory}, domain.StatusCancelled, "OUT_OF_STOCK", []string{"order.order.created", "order.order.cancelled"},
		},
		"no money": {
			[]string{saga.DeductBalance}, domain.StatusCancelled, "INSUFFICIENT_BALANCE",
			[]string{"order.order.created", "order.order.confirmed", "order.order.cancelled"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, in := newShop(t, pool, newServices(c.refused...), &crashtest.Process{}), request()

			accepted := s.place(in)
			s.deliverAll()

			assert.Equal(t, int(domain.StatusPending), accepted.Order.Status, "the answer does not wait for the saga")
			assert.Equal(t, c.want, s.requireEnd(accepted.Order.ID, name))
			assert.Equal(t, c.events, s.broker.events)
			var code string
			require.NoError(t, pool.QueryRow(t.Context(), `SELECT cancel_code FROM orders WHERE id = $1`, accepted.Order.ID).Scan(&code))
			assert.Equal(t, c.code, code)
			again := s.place(in)
			assert.Equal(t, dto.OrderAnswer{Order: accepted.Order, Replayed: true}, again, "the same key has the same answer")
			assert.Zero(t, s.broker.size(), "a repetition sends nothing")
		})
	}
}

// The process is killed at every point of its work in turn, and another one takes over.
func TestPurchase_CrashAtAnyPoint_EndsWithRightEffects(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for name, refused := range map[string][]string{
		"all works": nil, "no stock": {saga.ReserveInventory}, "no money": {saga.DeductBalance},
	} {
		for diesAt := int64(1); ; diesAt++ {
			at := fmt.Sprintf("%s, killed at point %d", name, diesAt)
			victim := &crashtest.Process{DiesAt: diesAt}
			s := newShop(t, pool, newServices(refused...), victim)
			order := s.place(request()).Order
			s.deliverAll()
			require.Equal(t, refused == nil, s.requireEnd(order.ID, at) == domain.StatusPaid, at)
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(3), "too few points: the crashes are not real")
				break
			}
		}
	}
}

// The buyer cancels after every number of messages, and the process is killed at every point of that.
func TestCancellation_AtAnyMoment_GivesEverythingBack(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for name, refused := range map[string][]string{
		"all works": nil, "no stock": {saga.ReserveInventory}, "no money": {saga.DeductBalance},
	} {
		for delivered := 0; ; delivered++ {
			var ended bool
			for diesAt := int64(0); ; diesAt++ {
				at := fmt.Sprintf("%s, cancelled after %d messages, killed at point %d", name, delivered, diesAt)
				s := newShop(t, pool, newServices(refused...), &crashtest.Process{})
				order := s.place(request()).Order
				for range min(delivered, 100) {
					if s.broker.size() == 0 {
						ended = true
						break
					}
					s.deliver(s.broker.take(0))
				}
				victim := &crashtest.Process{DiesAt: diesAt}
				s.process = start(pool, s.broker, victim, longTime)
				in := cancelling(order.BuyerID, order.ID)
				require.NoError(t, s.untilAccepted(func(p process) error {
					_, err := p.cancel.Execute(t.Context(), in)
					return err
				}), at)
				s.deliverAll()
				require.Equal(t, domain.StatusCancelled, s.requireEnd(order.ID, at), at)
				if diesAt > 0 && !victim.IsDead() {
					break
				}
			}
			if ended {
				require.Greater(t, delivered, 2, name)
				break
			}
		}
	}
}

func TestCancellation_OfRunningPurchase_IsItsReason(t *testing.T) {
	t.Parallel()
	s := newShop(t, newPool(t), newServices(), &crashtest.Process{})
	order := s.place(request()).Order
	in := cancelling(order.BuyerID, order.ID)

	accepted, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)
	other := in
	other.IdempotencyKey = ""
	_, err = s.cancel.Execute(t.Context(), other)
	require.NoError(t, err, "it is being undone already")
	s.deliverAll()
	again, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)

	assert.Equal(t, int(domain.StatusPending), accepted.Order.Status, "it is cancelled when everything is undone")
	assert.Equal(t, dto.OrderAnswer{Order: accepted.Order, Replayed: true}, again)
	assert.Equal(t, map[string]string{saga.CreateOrder: "COMPENSATED"}, s.sagas(order.ID))
	var code string
	require.NoError(t, s.pool.QueryRow(t.Context(), `SELECT cancel_code FROM orders WHERE id = $1`, order.ID).Scan(&code))
	assert.Equal(t, "BUYER_REQUEST", code)
}

func TestShipment_CrashAtAnyPoint_ShipsOnceAndCannotBeCancelled(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	for diesAt := int64(1); ; diesAt++ {
		at := fmt.Sprintf("killed at point %d", diesAt)
		s := newShop(t, pool, newServices(), &crashtest.Process{})
		in := s.buy()
		victim := &crashtest.Process{DiesAt: diesAt}
		s.process = start(pool, s.broker, victim, longTime)
		for range 2 {
			require.NoError(t, s.untilAccepted(func(p process) error {
				_, err := p.ship.Execute(t.Context(), dto.Caller{}, in.ID)
				return err
			}), at)
		}
		refused := s.untilAccepted(func(p process) error {
			_, err := p.cancel.Execute(t.Context(), in)
			return err
		})
		require.ErrorContains(t, refused, "cannot be cancelled", at)
		s.deliverAll()
		require.Equal(t, domain.StatusShipped, s.requireEnd(in.ID, at), at)
		if !victim.IsDead() {
			require.Greater(t, diesAt, int64(4), "too few points: the crashes are not real")
			break
		}
	}
}
