package usecase_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

func TestAPaidOrderCanBeCancelled(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.succeeds
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
}

func TestAnAdminCancelsAnyOrderAndItSaysSo(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.succeeds
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
	pending, reserved, gone := s.order(), s.order(confirmed), s.order(paid, shipped)
	for name, c := range map[string]struct {
		in     dto.CancelOrder
		code   errs.Code
		reason string
	}{
		"its purchase has just begun": {cancelBy(pending.BuyerID(), pending.ID()), errs.Precondition, "PURCHASE_RUNNING"},
		"its purchase runs":           {cancelBy(reserved.BuyerID(), reserved.ID()), errs.Precondition, "PURCHASE_RUNNING"},
		"it was shipped":              {cancelBy(gone.BuyerID(), gone.ID()), errs.Precondition, "NOT_CANCELLABLE"},
		"it is another buyer's":       {cancelBy(uuid.NewString(), pending.ID()), errs.NotFound, "ORDER_NOT_FOUND"},
		"there is none":               {cancelBy(pending.BuyerID(), uuid.NewString()), errs.NotFound, "ORDER_NOT_FOUND"},
		"it is no id":                 {cancelBy(pending.BuyerID(), "17"), errs.InvalidInput, "INVALID_ORDER_ID"},
		"the key is too long": {
			dto.CancelOrder{ID: pending.ID(), IdempotencyKey: strings.Repeat("k", 129)}, errs.InvalidInput, "INVALID_IDEMPOTENCY_KEY",
		},
	} {
		_, err := s.cancel.Execute(t.Context(), c.in)
		assert.Equal(t, c.code, errs.CodeOf(err), name)
		assert.Equal(t, c.reason, errs.From(err).Reason, name)
	}
	assert.Equal(t, domain.StatusPending, s.get(pending.ID()).Status())
	assert.Equal(t, domain.StatusShipped, s.get(gone.ID()).Status())
	assert.Empty(t, s.events.types)
}

func TestCancelOrder_RefusedWithKey_RefusalIsStored(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.succeeds
	order := s.order(confirmed)
	keyed := cancelBy(order.BuyerID(), order.ID())
	keyless := keyed
	keyless.IdempotencyKey = ""
	for _, in := range []dto.CancelOrder{keyed, keyless} {
		_, err := s.cancel.Execute(t.Context(), in)
		require.Equal(t, errs.Precondition, errs.CodeOf(err))
	}
	s.change(order.ID(), func(o *domain.Order) error { return o.MarkPaid(noon) })

	_, err := s.cancel.Execute(t.Context(), keyed)
	assert.Equal(t, "PURCHASE_RUNNING", errs.From(err).Reason, "the same key has the same answer")
	_, err = s.cancel.Execute(t.Context(), keyless)
	assert.NoError(t, err, "without a key it is a new question")
}

func TestOneKeyIsForOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.succeeds
	first, second := s.order(paid), s.order(paid)
	in := dto.CancelOrder{Caller: dto.Caller{UserID: uuid.NewString(), Admin: true}, ID: first.ID(), IdempotencyKey: "k"}
	_, err := s.cancel.Execute(t.Context(), in)
	require.NoError(t, err)
	in.ID = second.ID()

	_, err = s.cancel.Execute(t.Context(), in)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	assert.Equal(t, domain.StatusPaid, s.get(second.ID()).Status())
}

func TestACancellationWithoutAnEndIsInProgress(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]func(context.Context, *saga.Saga) error{
		"a service is silent": func(context.Context, *saga.Saga) error { return assert.AnError },
		"it was taken over":   func(context.Context, *saga.Saga) error { return saga.ErrLost },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.runs = runs
			order := s.order(paid)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()

			_, err := s.cancel.Execute(ctx, cancelBy(order.BuyerID(), order.ID()))

			assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
			assert.NoError(t, ctx.Err(), "the answer comes before the deadline")
			assert.Equal(t, domain.StatusCancelled, s.get(order.ID()).Status(), "it is accepted all the same")
		})
	}
}

func TestCancelOrder_SagaFailed_ReturnsCancellationFailed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = func(ctx context.Context, cancellation *saga.Saga) error {
		answer, err := usecase.NewAnswers().Forward(cancellation.Order, saga.Failure{Reason: "wallet says: no such deduction"})
		require.NoError(t, err)
		return s.settle(ctx, cancellation, answer)
	}
	order := s.order(paid)

	_, err := s.cancel.Execute(t.Context(), cancelBy(order.BuyerID(), order.ID()))

	assert.Equal(t, "CANCELLATION_FAILED", errs.From(err).Reason)
	assert.NotContains(t, err.Error(), "wallet", "what is wrong inside is not the buyer's")
}
