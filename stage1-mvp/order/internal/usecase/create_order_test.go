package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/errs"
)

func tea(quantity int32, price int64) dto.CreateOrder {
	return dto.CreateOrder{
		BuyerID: uuid.NewString(), IdempotencyKey: uuid.NewString(), Currency: "EUR",
		Items: []dto.Item{{SKU: "tea", Quantity: quantity, UnitPrice: price}},
	}
}

func TestARepeatedPurchaseHasTheSameAnswer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.runs = s.pays
	in := tea(2, 500)

	first, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	again, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)

	assert.Equal(t, int64(1000), first.Order.TotalMinor)
	assert.Equal(t, int(domain.StatusPaid), first.Order.Status)
	assert.Equal(t, dto.CreatedOrder{Order: first.Order, Replayed: true}, again)
	assert.Equal(t, []string{"order.order.created"}, s.events.types, "announced once")
}

func TestAPurchaseThatWasCancelledSaysWhy(t *testing.T) {
	t.Parallel()
	for code, want := range map[domain.CancelCode]errs.Code{
		domain.CancelOutOfStock: errs.Precondition, domain.CancelInsufficientBalance: errs.Precondition, domain.CancelRefused: errs.Precondition,
		domain.CancelUncertain: errs.Aborted, domain.CancelInterrupted: errs.Aborted,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.runs = func(ctx context.Context, saga *domain.Saga) error {
				order := s.change(saga.OrderID, func(o *domain.Order) error { return o.Cancel(code, "no luck", noon) })
				return s.answers.Settle(ctx, saga.Request, order)
			}
			in := tea(1, 500)

			_, err := s.create.Execute(t.Context(), in)
			assert.Equal(t, want, errs.CodeOf(err))
			assert.Equal(t, string(code), errs.From(err).Reason)
			_, again := s.create.Execute(t.Context(), in)
			assert.EqualError(t, again, err.Error())
		})
	}
}

func TestWhatCannotBeBoughtIsRefusedBeforeItIsAccepted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	dollarsOfNothing, keyless, nothing := tea(1, 500), tea(1, 500), tea(1, 500)
	dollarsOfNothing.Currency, keyless.IdempotencyKey, nothing.Items = "XXX", "", nil
	for reason, in := range map[string]dto.CreateOrder{
		"INVALID_CURRENCY":        dollarsOfNothing,
		"INVALID_IDEMPOTENCY_KEY": keyless,
		"INVALID_ORDER":           nothing,
		"AMOUNT_OVERFLOW":         tea(3, 1<<62),
	} {
		_, err := s.create.Execute(t.Context(), in)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), reason)
		assert.Equal(t, reason, errs.From(err).Reason)
	}
	_, err := s.create.Execute(t.Context(), tea(0, 500))
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
	n, err := s.orders.CountAll(t.Context(), domain.StatusUnspecified)
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestAPurchaseWithoutAnEndIsInProgress(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]func(context.Context, *domain.Saga) error{
		"it cannot be undone yet": func(context.Context, *domain.Saga) error { return assert.AnError },
		"it was taken over":       func(context.Context, *domain.Saga) error { return domain.ErrSagaLost },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.runs = runs
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()

			_, err := s.create.Execute(ctx, tea(1, 500))

			assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
			assert.NoError(t, ctx.Err(), "he is told in time")
		})
	}
}

func TestAStoreThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := s.order(paid)
	s.pool.Close()

	_, err := s.create.Execute(t.Context(), tea(1, 500))
	assert.Equal(t, errs.Internal, errs.CodeOf(err))
	_, err = s.cancel.Execute(t.Context(), cancelBy(order.BuyerID(), order.ID()))
	assert.Equal(t, errs.Internal, errs.CodeOf(err))
}
