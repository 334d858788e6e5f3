package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	"shop/order/internal/query"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)

func newOrder(t *testing.T, buyer string, at time.Time) *domain.Order {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	tea, err := domain.NewItem("tea", 2, price)
	require.NoError(t, err)
	cup, err := domain.NewItem("cup", 1, price)
	require.NoError(t, err)
	order, err := domain.NewOrder(uuid.NewString(), buyer, []domain.Item{tea, cup}, at)
	require.NoError(t, err)
	return order
}

func TestAnOrderComesBackAsItWasStored(t *testing.T) {
	t.Parallel()
	orders := repository.NewOrderRepository(postgrestest.New(t, db.Migrations))
	order := newOrder(t, uuid.NewString(), noon)
	require.NoError(t, orders.Save(t.Context(), order))

	got, err := orders.Get(t.Context(), order.ID())

	require.NoError(t, err)
	order.ClearEvents()
	assert.Equal(t, order, got)
}

func TestMissingAndStaleAreNotTheSame(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	orders := repository.NewOrderRepository(pool)
	order := newOrder(t, uuid.NewString(), noon)
	require.NoError(t, orders.Save(t.Context(), order))
	first, err := orders.Get(t.Context(), order.ID())
	require.NoError(t, err)
	second, err := orders.Get(t.Context(), order.ID())
	require.NoError(t, err)
	gone := newOrder(t, uuid.NewString(), noon)
	gone.ClearEvents()
	require.NoError(t, gone.Confirm(noon))
	require.NoError(t, first.Confirm(noon))
	require.NoError(t, second.Cancel(domain.CancelOutOfStock, "no tea", noon))

	require.NoError(t, orders.Save(t.Context(), first))

	assert.ErrorIs(t, orders.Save(t.Context(), second), postgres.ErrStale)
	assert.ErrorIs(t, orders.Save(t.Context(), gone), domain.ErrOrderNotFound)
	_, err = orders.Get(t.Context(), uuid.NewString())
	assert.ErrorIs(t, err, domain.ErrOrderNotFound)
	kept, err := orders.Get(t.Context(), order.ID())
	require.NoError(t, err)
	assert.Equal(t, domain.StatusConfirmed, kept.Status())
}

func TestARolledBackOrderLeavesNothing(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	orders := repository.NewOrderRepository(pool)
	order := newOrder(t, uuid.NewString(), noon)
	crash := errors.New("crash")

	err := postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, orders.Save(ctx, order))
		return crash
	})

	require.ErrorIs(t, err, crash)
	_, err = orders.Get(t.Context(), order.ID())
	assert.ErrorIs(t, err, domain.ErrOrderNotFound)
}

func TestListOrders_SameMicrosecond_NoLossNoRepeat(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	orders, buyer := repository.NewOrderRepository(pool), uuid.NewString()
	shown := repository.NewQueryService(pool)
	want := make(map[string]bool)
	for i := range 23 {
		order := newOrder(t, buyer, noon.Add(time.Duration(i/5)*time.Microsecond))
		require.NoError(t, orders.Save(t.Context(), order))
		want[order.ID()] = true
	}
	require.NoError(t, orders.Save(t.Context(), newOrder(t, uuid.NewString(), noon)))

	seen := make(map[string]bool)
	var after *query.Position
	for {
		page, err := shown.OrdersOf(t.Context(), buyer, after, 4)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, order := range page {
			require.False(t, seen[order.ID], "order %s is on two pages", order.ID)
			require.Len(t, order.Items, 2)
			seen[order.ID] = true
		}
		last := page[len(page)-1]
		after = &query.Position{CreatedAt: last.CreatedAt, ID: last.ID}
	}
	assert.Equal(t, want, seen)
}

func TestEachPageOfABuyersOrdersIsARangeOfTheIndex(t *testing.T) {
	t.Parallel()
	pool, buyer := postgrestest.New(t, db.Migrations), uuid.NewString()
	_, err := pool.Exec(t.Context(), `
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
		SELECT gen_random_uuid(), CASE WHEN n % 20 = 0 THEN $1 ELSE gen_random_uuid() END, 1, 'EUR', 1, 1, now() - n * interval '1 second', now()
		FROM generate_series(1, 20000) n`, buyer)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `ANALYZE orders`)
	require.NoError(t, err)
	queries := gen.New()

	first := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := queries.ListOrdersFirst(t.Context(), db, gen.ListOrdersFirstParams{BuyerID: buyer, Limit: 21})
		return err
	})
	next := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := queries.ListOrdersAfter(t.Context(), db, gen.ListOrdersAfterParams{
			BuyerID: buyer, CreatedAt: time.Now().Add(-2 * time.Hour), ID: buyer, MaxRows: 21,
		})
		return err
	})

	assert.Contains(t, next, "ROW(created_at, id) < ROW(")
	for _, plan := range []string{first, next} {
		assert.Contains(t, plan, "Index Scan using orders_by_buyer")
		assert.Contains(t, plan, "Index Cond: (")
		assert.NotContains(t, plan, "Filter:", "what is filtered is read and thrown away")
		assert.NotContains(t, plan, "Sort")
	}
}
