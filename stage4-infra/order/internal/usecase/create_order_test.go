package usecase_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/paralleltest"
)

func tea(quantity int32) dto.CreateOrder {
	return dto.CreateOrder{
		BuyerID: uuid.NewString(), IdempotencyKey: uuid.NewString(), Items: []dto.NewItem{{SKU: "tea", Quantity: quantity}},
	}
}

func TestCreateOrder_Accepted_ReturnsThePendingOrderAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	in := tea(2)

	first, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	again, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)

	assert.Equal(t, int64(1000), first.Order.TotalMinor)
	assert.Equal(t, int(domain.StatusPending), first.Order.Status)
	assert.Equal(t, dto.OrderAnswer{Order: first.Order, Replayed: true}, again)
	assert.Equal(t, []string{"order.order.created"}, s.events.types, "published once")
	assert.Equal(t, []string{"reserve"}, s.commands.sent, "sent once")
	assert.Equal(t, []string{saga.CreateOrder}, s.sagasOf(first.Order.ID))
	stored, err := s.orders.Orders(t.Context(), first.Order.ID)
	require.NoError(t, err)
	assert.Equal(t, []query.Order{first.Order}, stored, "the answer is what a reader sees")
}

func TestCreateOrder_ConcurrentDuplicates_BuyOnceAndHearTheSame(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	in, answers := tea(2), make([]dto.OrderAnswer, 10)

	for _, err := range paralleltest.Together(len(answers), func(i int) (err error) {
		answers[i], err = s.create.Execute(t.Context(), in)
		return err
	}) {
		require.NoError(t, err)
	}

	for _, got := range answers {
		assert.Equal(t, answers[0].Order, got.Order)
	}
	assert.Equal(t, []string{"reserve"}, s.commands.sent)
}

func TestCreateOrder_SameKeyForAnotherPurchase_IsAConflict(t *testing.T) {
	t.Parallel()
	s, in := newShop(t), tea(2)
	_, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	in.Items = []dto.NewItem{{SKU: "tea", Quantity: 3}}

	_, err = s.create.Execute(t.Context(), in)

	assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	assert.Equal(t, []string{"reserve"}, s.commands.sent)
}

// A key that the version before this one accepted, and that has no answer yet.
func TestCreateOrder_AcceptedBeforeTheUpgrade_IsInProgress(t *testing.T) {
	t.Parallel()
	s, in := newShop(t), tea(2)
	_, err := s.create.Execute(t.Context(), in)
	require.NoError(t, err)
	_, err = s.pool.Exec(t.Context(), `UPDATE processed_events SET result = NULL`)
	require.NoError(t, err)

	_, err = s.create.Execute(t.Context(), in)

	assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
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
	in := tea(2)
	in.ExpectedTotal = &dto.Money{MinorUnits: 900, Currency: "EUR"}
	_, err := s.create.Execute(t.Context(), in)
	require.Equal(t, "PRICE_CHANGED", errs.From(err).Reason)

	in.ExpectedTotal = &dto.Money{MinorUnits: 1000, Currency: "EUR"}
	_, err = s.create.Execute(t.Context(), in)

	assert.NoError(t, err)
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

func TestCreateOrder_CopyOfPriceIsOld_BuyerWhoSawTheNewPriceBuysAtIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.catalogue.current = map[string]int64{"tea": 600}
	request := dto.CreateOrder{
		BuyerID: uuid.NewString(), IdempotencyKey: "k", Items: []dto.NewItem{{SKU: "tea", Quantity: 2}},
		ExpectedTotal: &dto.Money{MinorUnits: 1200, Currency: "EUR"},
	}

	answer, err := s.create.Execute(t.Context(), request)

	require.NoError(t, err)
	assert.EqualValues(t, 1200, answer.Order.TotalMinor)

	request.IdempotencyKey, request.ExpectedTotal.MinorUnits = "l", 1000
	_, err = s.create.Execute(t.Context(), request)
	assert.Equal(t, "PRICE_CHANGED", errs.From(err).Reason, "nobody buys at the old price any more")
}
