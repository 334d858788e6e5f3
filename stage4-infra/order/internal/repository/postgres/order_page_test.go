package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
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

func TestSeveralOrdersAreReadAtOnceWithTheirItems(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	orders := repository.NewOrderRepository(pool)
	var stored []query.Order
	for range 3 {
		order := newOrder(t, uuid.NewString(), noon)
		require.NoError(t, orders.Save(t.Context(), order))
		stored = append(stored, query.FromOrder(order))
	}

	shown := repository.NewQueryService(pool)
	got, err := shown.Orders(t.Context(), stored[2].ID, uuid.NewString(), stored[0].ID, stored[2].ID)

	require.NoError(t, err)
	assert.ElementsMatch(t, []query.Order{stored[0], stored[2]}, got)
	none, err := shown.Orders(t.Context())
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestEachPageOfAllOrdersIsARangeOfAnIndex(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
		SELECT gen_random_uuid(), gen_random_uuid(), 1 + n % 5, 'EUR', 1 + n % 7, 1, now() - n * interval '1 second', now()
		FROM generate_series(1, 3000) n`)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `ANALYZE orders`)
	require.NoError(t, err)

	queries, params := gen.New(), gen.ListAllByCreatedAtDescParams{Statuses: []int16{1, 2, 3, 4, 5}, Skipped: 100, MaxRows: 20}
	for want, ask := range map[string]func(db postgres.DBTX) ([]gen.Order, error){
		"Index Scan Backward using orders_by_created_at": func(db postgres.DBTX) ([]gen.Order, error) {
			return queries.ListAllByCreatedAtDesc(t.Context(), db, params)
		},
		"Index Scan using orders_by_created_at": func(db postgres.DBTX) ([]gen.Order, error) {
			return queries.ListAllByCreatedAtAsc(t.Context(), db, gen.ListAllByCreatedAtAscParams(params))
		},
		"Index Scan Backward using orders_by_total": func(db postgres.DBTX) ([]gen.Order, error) {
			return queries.ListAllByTotalDesc(t.Context(), db, gen.ListAllByTotalDescParams(params))
		},
		"Index Scan using orders_by_total": func(db postgres.DBTX) ([]gen.Order, error) {
			return queries.ListAllByTotalAsc(t.Context(), db, gen.ListAllByTotalAscParams(params))
		},
	} {
		plan := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
			_, err := ask(db)
			return err
		})
		assert.Contains(t, plan, want, "the page must not sort all orders")
		assert.NotContains(t, plan, "Sort")
	}
}

func TestAllOrdersAreCountedByStatus(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	orders, shown := repository.NewOrderRepository(pool), repository.NewQueryService(pool)
	for i := range 5 {
		order := newOrder(t, uuid.NewString(), noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, orders.Save(t.Context(), order))
		order.ClearEvents()
		if i < 2 {
			require.NoError(t, order.Confirm(noon))
			require.NoError(t, orders.Save(t.Context(), order))
		}
	}
	for status, want := range map[domain.OrderStatus]int64{
		domain.StatusUnspecified: 5, domain.StatusPending: 3, domain.StatusConfirmed: 2, domain.StatusShipped: 0,
	} {
		n, err := shown.CountOrders(t.Context(), status)
		require.NoError(t, err)
		assert.Equal(t, want, n, status)
		page, err := shown.AllOrders(t.Context(), query.Page{Status: status, Limit: 10})
		require.NoError(t, err)
		assert.Len(t, page, int(want), status)
		assert.True(t, lo.EveryBy(page, func(o query.Order) bool { return len(o.Items) == 2 }))
	}
}
