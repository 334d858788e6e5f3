package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

func tea(quantity int32) dto.CreateOrder {
	return dto.CreateOrder{
		BuyerID: uuid.NewString(), IdempotencyKey: uuid.NewString(), Items: []dto.NewItem{{SKU: "tea", Quantity: quantity}},
	}
}

func TestARepeatedPurchaseHasTheSameAnswer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.pays
	in := tea(2)

	first, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	again, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)

	assert.Equal(t, int64(1000), first.Order.TotalMinor)
	assert.Equal(t, int(domain.StatusPaid), first.Order.Status)
	assert.Equal(t, dto.OrderAnswer{Order: first.Order, Replayed: true}, again)
	assert.Equal(t, []string{"order.order.created"}, s.events.types, "published once")
}

func TestAPurchaseThatWasCancelledSaysWhy(t *testing.T) {
	t.Parallel()
	for code, want := range map[domain.CancelCode]errs.Code{
		domain.CancelOutOfStock: errs.Precondition, domain.CancelInsufficientBalance: errs.Precondition, domain.CancelRefused: errs.Precondition,
		domain.CancelUncertain: errs.Precondition, domain.CancelInterrupted: errs.Precondition,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.runs = func(ctx context.Context, purchase *saga.Saga) error {
				return s.ends(ctx, purchase, func(o *domain.Order) error { return o.Cancel(code, "no luck", noon) })
			}
			in := tea(1)

			_, err := s.create.Execute(t.Context(), in)
			assert.Equal(t, want, errs.CodeOf(err))
			assert.Equal(t, string(code), errs.From(err).Reason)
			_, again := s.create.Execute(t.Context(), in)
			assert.EqualError(t, again, err.Error())
		})
	}
}

func TestCreateOrder_InvalidRequest_IsRefusedBeforeAccept(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.catalogue.prices["gold"] = 1 << 62
	keyless, nothing, gold, unknown, cheaper := tea(1), tea(1), tea(1), tea(1), tea(1)
	keyless.IdempotencyKey, nothing.Items = "", nil
	gold.Items = []dto.NewItem{{SKU: "gold", Quantity: 3}}
	unknown.Items = []dto.NewItem{{SKU: "snow", Quantity: 1}}
	cheaper.ExpectedTotal = &dto.Money{MinorUnits: 499, Currency: "EUR"}
	for _, c := range []struct {
		in     dto.CreateOrder
		code   errs.Code
		reason string
	}{
		{keyless, errs.InvalidInput, "INVALID_IDEMPOTENCY_KEY"},
		{nothing, errs.InvalidInput, "INVALID_ORDER"},
		{tea(0), errs.InvalidInput, "INVALID_ORDER"},
		{gold, errs.InvalidInput, "AMOUNT_OVERFLOW"},
		{unknown, errs.NotFound, "PRODUCT_NOT_FOUND"},
		{cheaper, errs.Precondition, "PRICE_CHANGED"},
	} {
		_, err := s.create.Execute(t.Context(), c.in)
		assert.Equal(t, c.code, errs.CodeOf(err), c.reason)
		assert.Equal(t, c.reason, errs.From(err).Reason)
	}
	n, err := s.orders.CountOrders(t.Context(), domain.StatusUnspecified)
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestCreateOrder_PriceChangedSinceTheFirstRequest_ReturnsTheStoredAnswer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.pays
	in := tea(2)
	in.ExpectedTotal = &dto.Money{MinorUnits: 1000, Currency: "EUR"}
	first, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)

	s.catalogue.prices["tea"] = 501
	again, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, first.Order, again.Order)
	s.catalogue.down = assert.AnError
	again, err = s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, first.Order, again.Order)
}

func TestCreateOrder_PriceChanged_LeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.pays
	in := tea(2)
	in.ExpectedTotal = &dto.Money{MinorUnits: 900, Currency: "EUR"}
	_, err := s.create.Execute(t.Context(), in)
	require.Equal(t, "PRICE_CHANGED", errs.From(err).Reason)

	in.ExpectedTotal = &dto.Money{MinorUnits: 1000, Currency: "EUR"}
	_, err = s.create.Execute(t.Context(), in)

	assert.NoError(t, err)
}

func TestAPurchaseWithoutAnEndIsInProgress(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]func(context.Context, *saga.Saga) error{
		"it cannot be undone yet": func(context.Context, *saga.Saga) error { return assert.AnError },
		"it was taken over":       func(context.Context, *saga.Saga) error { return saga.ErrLost },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.runs = runs
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()

			_, err := s.create.Execute(ctx, tea(1))

			assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
			assert.NoError(t, ctx.Err(), "the answer comes before the deadline")
		})
	}
}

func TestCreateOrder_DatabaseFailure_ReturnsInternal(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := s.order(paid)
	s.pool.Close()

	_, err := s.create.Execute(t.Context(), tea(1))
	assert.Equal(t, errs.Internal, errs.CodeOf(err))
	_, err = s.cancel.Execute(t.Context(), cancelBy(order.BuyerID(), order.ID()))
	assert.Equal(t, errs.Internal, errs.CodeOf(err))
}
