package usecase_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

func TestAPaidOrderCanBeCancelled(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := s.order(paid)
	in := cancelBy(order.BuyerID(), order.ID())

	first, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)
	again, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)

	assert.Equal(t, domain.StatusCancelled, s.get(order.ID()).Status())
	assert.Equal(t, string(domain.CancelByBuyer), first.Order.CancelCode)
	assert.Equal(t, dto.OrderAnswer{Order: first.Order, Replayed: true}, again)
	assert.Equal(t, []string{"order.order.cancelled"}, s.events.types, "published once")
	assert.Equal(t, []string{saga.CancelOrder}, s.sagasOf(order.ID()))
	assert.Equal(t, []string{"refund"}, s.commands.sent, "the money first")
}

func TestAnAdminCancelsAnyOrderAndItSaysSo(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := s.order(paid)

	got, err := s.cancel.Execute(t.Context(), dto.CancelOrder{Caller: dto.Caller{UserID: uuid.NewString(), Admin: true}, ID: order.ID()})

	require.NoError(t, err)
	assert.Equal(t, string(domain.CancelByAdmin), got.Order.CancelCode)
}

// The order is cancelled already, and the first cancellation gave everything back.
func TestAnOrderThatIsCancelledAlreadyIsASuccess(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := s.order(outOfStock)

	got, err := s.cancel.Execute(t.Context(), cancelBy(order.BuyerID(), order.ID()))

	require.NoError(t, err)
	assert.Equal(t, string(domain.CancelOutOfStock), got.Order.CancelCode)
	assert.Empty(t, s.events.types)
	assert.Empty(t, s.sagasOf(order.ID()))
}

func TestCancelOrder_NotCancellable_IsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	running, err := s.create.Execute(t.Context(), tea(1))
	require.NoError(t, err)
	order, gone := running.Order, s.order(paid, shipped)
	for name, c := range map[string]struct {
		in     dto.CancelOrder
		code   errs.Code
		reason string
	}{
		"it was shipped":                    {cancelBy(gone.BuyerID(), gone.ID()), errs.Precondition, "NOT_CANCELLABLE"},
		"it is another buyer's":             {cancelBy(uuid.NewString(), gone.ID()), errs.NotFound, "ORDER_NOT_FOUND"},
		"it is another buyer's and running": {cancelBy(uuid.NewString(), order.ID), errs.NotFound, "ORDER_NOT_FOUND"},
		"there is none":                     {cancelBy(order.BuyerID, uuid.NewString()), errs.NotFound, "ORDER_NOT_FOUND"},
		"it is no id":                       {cancelBy(order.BuyerID, "17"), errs.InvalidInput, "INVALID_ORDER_ID"},
		"the key is too long": {
			dto.CancelOrder{ID: order.ID, IdempotencyKey: strings.Repeat("k", 129)}, errs.InvalidInput, "INVALID_IDEMPOTENCY_KEY",
		},
	} {
		_, err := s.cancel.Execute(t.Context(), c.in)
		assert.Equal(t, c.code, errs.CodeOf(err), name)
		assert.Equal(t, c.reason, errs.From(err).Reason, name)
	}
	assert.Equal(t, domain.StatusPending, s.get(order.ID).Status())
	assert.Equal(t, domain.StatusShipped, s.get(gone.ID()).Status())
	assert.Equal(t, []string{"reserve"}, s.commands.sent)
}

func TestCancelOrder_RefusedWithKey_RefusalIsStored(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := s.order(paid, shipped)
	keyed := cancelBy(order.BuyerID(), order.ID())
	keyless := keyed
	keyless.IdempotencyKey = ""
	for _, in := range []dto.CancelOrder{keyed, keyless} {
		_, err := s.cancel.Execute(t.Context(), in)
		require.Equal(t, errs.Precondition, errs.CodeOf(err))
	}
	_, err := s.pool.Exec(t.Context(), `UPDATE orders SET status = 3 WHERE id = $1`, order.ID())
	require.NoError(t, err)

	_, err = s.cancel.Execute(t.Context(), keyed)
	assert.Equal(t, "NOT_CANCELLABLE", errs.From(err).Reason, "the same key has the same answer")
	_, err = s.cancel.Execute(t.Context(), keyless)
	assert.NoError(t, err, "without a key it is a new question")
}

func TestOneKeyIsForOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first, second := s.order(paid), s.order(paid)
	in := dto.CancelOrder{Caller: dto.Caller{UserID: uuid.NewString(), Admin: true}, ID: first.ID(), IdempotencyKey: "k"}
	_, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)
	in.ID = second.ID()

	_, err = s.cancel.Execute(t.Context(), in)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	assert.Equal(t, domain.StatusPaid, s.get(second.ID()).Status())
}

func TestCancelOrder_PurchaseRuns_IsAcceptedAndUndone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	running, err := s.create.Execute(t.Context(), tea(1))
	require.NoError(t, err)
	in := cancelBy(running.Order.BuyerID, running.Order.ID)

	got, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)
	byAdmin := dto.CancelOrder{Caller: dto.Caller{UserID: uuid.NewString(), Admin: true}, ID: in.ID}
	_, err = s.cancel.Execute(t.Context(), byAdmin)
	require.NoError(t, err, "it is being undone already")

	assert.Equal(t, running.Order, got.Order, "it is cancelled when everything is undone")
	assert.Equal(t, []string{"reserve", "release"}, s.commands.sent)
	assert.Equal(t, []string{"order.order.created"}, s.events.types)
	s1, err := s.sagas.Lock(t.Context(), in.ID)
	require.NoError(t, err)
	assert.Equal(t, saga.Compensating, s1.Status)
	assert.Equal(t, domain.CancelByBuyer, s1.Failure.Code, "the first reason stays")
}

func TestShipOrder_Paid_IsShippedAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order, warehouse := s.order(paid), dto.Caller{UserID: uuid.NewString()}

	for range 2 {
		got, err := s.ship.Execute(t.Context(), warehouse, order.ID())
		require.NoError(t, err)
		assert.Equal(t, int(domain.StatusShipped), got.Order.Status)
	}

	assert.Equal(t, []string{"ship"}, s.commands.sent)
	assert.Equal(t, []string{"order.order.shipped"}, s.events.types)
}

func TestShipOrder_NotPaid_IsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, order := range []*domain.Order{s.order(), s.order(confirmed), s.order(outOfStock)} {
		_, err := s.ship.Execute(t.Context(), dto.Caller{}, order.ID())
		assert.Equal(t, "NOT_SHIPPABLE", errs.From(err).Reason)
	}
	_, err := s.ship.Execute(t.Context(), dto.Caller{}, uuid.NewString())
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	assert.Empty(t, s.commands.sent)
}
