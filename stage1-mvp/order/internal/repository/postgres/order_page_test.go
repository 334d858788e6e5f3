package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/db"
	"stagecraft/stage1-mvp/order/internal/domain"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

func TestSeveralOrdersAreReadAtOnceWithTheirItems(t *testing.T) {
	t.Parallel()
	orders := repository.NewOrderRepository(postgrestest.New(t, db.Migrations))
	var stored []*domain.Order
	for range 3 {
		order := newOrder(t, uuid.NewString(), noon)
		require.NoError(t, orders.Create(t.Context(), order))
		order.ClearEvents()
		stored = append(stored, order)
	}

	got, err := orders.GetAll(t.Context(), []string{stored[2].ID(), uuid.NewString(), stored[0].ID(), stored[2].ID()})

	require.NoError(t, err)
	assert.ElementsMatch(t, []*domain.Order{stored[0], stored[2]}, got)
	none, err := orders.GetAll(t.Context(), nil)
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
	orders := repository.NewOrderRepository(postgrestest.New(t, db.Migrations))
	for i := range 5 {
		order := newOrder(t, uuid.NewString(), noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, orders.Create(t.Context(), order))
		if i < 2 {
			require.NoError(t, order.Confirm(noon))
			require.NoError(t, orders.Update(t.Context(), order))
		}
	}
	for status, want := range map[domain.OrderStatus]int64{
		domain.StatusUnspecified: 5, domain.StatusPending: 3, domain.StatusConfirmed: 2, domain.StatusShipped: 0,
	} {
		n, err := orders.CountAll(t.Context(), status)
		require.NoError(t, err)
		assert.Equal(t, want, n, status)
		page, err := orders.ListAll(t.Context(), domain.Page{Status: status, Limit: 10})
		require.NoError(t, err)
		assert.Len(t, page, int(want), status)
		assert.True(t, lo.EveryBy(page, func(o *domain.Order) bool { return len(o.Items()) == 2 }))
	}
}
