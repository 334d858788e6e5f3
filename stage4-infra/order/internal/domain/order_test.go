package domain_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
)

var (
	noon  = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Hour)
)

func item(t *testing.T, sku string, quantity int32, price int64, currency string) domain.Item {
	t.Helper()
	money, err := domain.NewMoney(price, currency)
	require.NoError(t, err)
	item, err := domain.NewItem(sku, quantity, money)
	require.NoError(t, err)
	return item
}

func newOrder(t *testing.T) *domain.Order {
	t.Helper()
	order, err := domain.NewOrder("o", "b", []domain.Item{item(t, "tea", 2, 500, "EUR"), item(t, "cup", 1, 300, "EUR")}, noon)
	require.NoError(t, err)
	return order
}

func TestANewOrderIsPendingWithItsTotal(t *testing.T) {
	t.Parallel()
	order := newOrder(t)

	assert.Equal(t, domain.StatusPending, order.Status())
	assert.Equal(t, int64(1300), order.Total().MinorUnits())
	assert.Equal(t, noon, order.CreatedAt())
	require.Len(t, order.Events(), 1)
	assert.Equal(t, "order.order.created", order.Events()[0].EventType())
}

func TestNewOrder_Invalid_IsRefused(t *testing.T) {
	t.Parallel()
	tea := item(t, "tea", 1, 500, "EUR")
	cases := map[string]struct {
		items []domain.Item
		want  error
	}{
		"nothing in it":    {nil, domain.ErrInvalidOrder},
		"the same twice":   {[]domain.Item{tea, tea}, domain.ErrInvalidOrder},
		"two currencies":   {[]domain.Item{tea, item(t, "cup", 1, 300, "USD")}, domain.ErrCurrencyMismatch},
		"for nothing":      {[]domain.Item{item(t, "air", 1, 0, "EUR")}, domain.ErrInvalidOrder},
		"price overflows":  {[]domain.Item{item(t, "gold", 3, 1<<62, "EUR")}, domain.ErrAmountOverflow},
		"total overflows":  {[]domain.Item{item(t, "a", 1, 1<<62, "EUR"), item(t, "b", 1, 1<<62, "EUR")}, domain.ErrAmountOverflow},
		"too many of them": {make([]domain.Item, domain.MaxItems+1), domain.ErrInvalidOrder},
	}
	for name, c := range cases {
		_, err := domain.NewOrder("o", "b", c.items, noon)
		assert.ErrorIs(t, err, c.want, name)
	}
}

func TestEachChangeMovesTheTimeAndTellsWhatHappened(t *testing.T) {
	t.Parallel()
	order := newOrder(t)
	require.NoError(t, order.Confirm(later))
	require.NoError(t, order.MarkPaid(later))
	require.NoError(t, order.Ship(later))

	assert.Equal(t, domain.StatusShipped, order.Status())
	assert.Equal(t, later, order.UpdatedAt())
	assert.Equal(t, noon, order.CreatedAt())
	var types []string
	for _, event := range order.Events() {
		types = append(types, event.EventType())
		assert.Equal(t, 1, event.Version())
	}
	assert.Equal(t, []string{"order.order.created", "order.order.confirmed", "order.order.paid", "order.order.shipped"}, types)
	order.ClearEvents()
	assert.Empty(t, order.Events())
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	t.Parallel()
	order := newOrder(t)
	require.NoError(t, order.Cancel(domain.CancelOutOfStock, "no tea", noon))
	events := len(order.Events())

	for _, change := range []func() error{
		func() error { return order.Confirm(later) },
		func() error { return order.MarkPaid(later) },
		func() error { return order.Ship(later) },
		func() error { return order.Cancel(domain.CancelByBuyer, "changed my mind", later) },
	} {
		assert.ErrorIs(t, change(), domain.ErrInvalidTransition)
	}
	assert.Equal(t, domain.StatusCancelled, order.Status())
	assert.Equal(t, "no tea", order.CancelReason())
	assert.Equal(t, noon, order.UpdatedAt())
	assert.Len(t, order.Events(), events)
}

func TestOrder_ReturnedSlices_AreCopies(t *testing.T) {
	t.Parallel()
	order := newOrder(t)
	order.Items()[0] = domain.Item{}
	order.Events()[0] = nil

	assert.Equal(t, "tea", order.Items()[0].SKU())
	assert.NotNil(t, order.Events()[0])
}

func TestItemsAreChecked(t *testing.T) {
	t.Parallel()
	price, err := domain.NewMoney(1, "EUR")
	require.NoError(t, err)
	debt, err := domain.NewMoney(-1, "EUR")
	require.NoError(t, err)
	for name, make := range map[string]func() (domain.Item, error){
		"no sku":         func() (domain.Item, error) { return domain.NewItem("", 1, price) },
		"padded sku":     func() (domain.Item, error) { return domain.NewItem(" tea", 1, price) },
		"nothing":        func() (domain.Item, error) { return domain.NewItem("tea", 0, price) },
		"less":           func() (domain.Item, error) { return domain.NewItem("tea", -1, price) },
		"negative price": func() (domain.Item, error) { return domain.NewItem("tea", 1, debt) },
	} {
		_, err := make()
		assert.True(t, errors.Is(err, domain.ErrInvalidItem) || errors.Is(err, domain.ErrNegativeAmount), name)
	}
}

func TestSKU_SameRulesAsInventory(t *testing.T) {
	t.Parallel()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	for _, sku := range []string{"", "green tea", " tea", "te\x00a", "te\na", "thé", strings.Repeat("t", 65)} {
		_, err := domain.NewItem(sku, 1, price)
		assert.ErrorIs(t, err, domain.ErrInvalidItem, "%q: inventory has no such sku, and PostgreSQL no text with a zero byte", sku)
	}
	_, err = domain.NewItem(strings.Repeat("~", 64), 1, price)
	assert.NoError(t, err)
}
