package postgres_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
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

// shop makes orders as the service does, at times of the test's choice.
type shop struct {
	t      *testing.T
	pool   *pgxpool.Pool
	orders *repository.OrderRepository
}

func newShop(t *testing.T) shop {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	return shop{t: t, pool: pool, orders: repository.NewOrderRepository(pool)}
}

func (s shop) money(minor int64, currency string) domain.Money {
	s.t.Helper()
	money, err := domain.NewMoney(minor, currency)
	require.NoError(s.t, err)
	return money
}

// pays makes an order of so many pieces that was confirmed the day before and paid at the time.
func (s shop) pays(at time.Time, sku string, pieces int32, price domain.Money) *domain.Order {
	s.t.Helper()
	order := s.confirms(at.AddDate(0, 0, -1), sku, pieces, price)
	require.NoError(s.t, order.MarkPaid(at))
	s.update(order)
	return order
}

func (s shop) confirms(at time.Time, sku string, pieces int32, price domain.Money) *domain.Order {
	s.t.Helper()
	item, err := domain.NewItem(sku, pieces, price)
	require.NoError(s.t, err)
	order, err := domain.NewOrder(uuid.NewString(), uuid.NewString(), []domain.Item{item}, at)
	require.NoError(s.t, err)
	s.update(order)
	require.NoError(s.t, order.Confirm(at))
	s.update(order)
	return s.load(order)
}

func (s shop) cancels(order *domain.Order, code domain.CancelCode, at time.Time) {
	s.t.Helper()
	order = s.load(order)
	require.NoError(s.t, order.Cancel(code, "for a test", at))
	s.update(order)
}

func (s shop) load(order *domain.Order) *domain.Order {
	s.t.Helper()
	loaded, err := s.orders.Get(s.t.Context(), order.ID())
	require.NoError(s.t, err)
	return loaded
}

func (s shop) update(order *domain.Order) {
	s.t.Helper()
	require.NoError(s.t, s.orders.Save(s.t.Context(), order))
	order.ClearEvents()
}

func TestSales_OfADay_CountsWhatWasPaidAndCancelledOnIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	midnight := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	next := midnight.AddDate(0, 0, 1)
	eur, usd := s.money(500, "EUR"), s.money(700, "USD")

	s.pays(midnight.Add(-time.Microsecond), "tea", 100, eur) // the last moment of the day before
	s.pays(midnight, "tea", 2, eur)                          // the first of the day: 1000
	s.pays(next.Add(-time.Microsecond), "cup", 3, eur)       // its last: 1500
	s.pays(next, "tea", 100, eur)                            // the first moment of the day after
	s.pays(midnight.Add(time.Hour), "tea", 1, usd)           // 700
	s.pays(midnight.Add(time.Hour), "ant", 1, s.money(1500, "EUR"))
	regretted := s.pays(midnight.Add(2*time.Hour), "tea", 4, eur) // 2000, and revenue of this day although it is cancelled on the next
	s.cancels(regretted, domain.CancelByBuyer, next.Add(time.Hour))
	earlier := s.pays(midnight.Add(-time.Hour), "tea", 6, eur)
	s.cancels(earlier, domain.CancelByBuyer, next.Add(-time.Microsecond))
	s.cancels(s.confirms(midnight, "cup", 1, usd), domain.CancelInsufficientBalance, midnight)
	s.cancels(s.confirms(midnight, "cup", 1, usd), domain.CancelInsufficientBalance, midnight.Add(-time.Microsecond))
	s.confirms(midnight, "cup", 1, usd) // neither paid nor cancelled

	day, err := query.ParseDay("2026-11-20")
	require.NoError(t, err)
	sales, err := repository.NewQueryService(s.pool).Sales(t.Context(), day, 2)

	require.NoError(t, err)
	assert.Equal(t, query.Sales{
		Day: day,
		Revenue: []query.Revenue{
			{Currency: "EUR", Orders: 4, MinorUnits: 6000},
			{Currency: "USD", Orders: 1, MinorUnits: 700},
		},
		TopSKUs: []query.SoldSKU{
			{SKU: "tea", Currency: "EUR", Pieces: 6, MinorUnits: 3000},
			{SKU: "ant", Currency: "EUR", Pieces: 1, MinorUnits: 1500}, // as much as cup, and before it by name
			{SKU: "tea", Currency: "USD", Pieces: 1, MinorUnits: 700},
		},
		Cancelled: []query.Cancelled{
			{Code: string(domain.CancelByBuyer), Currency: "EUR", Orders: 1, MinorUnits: 3000},
			{Code: string(domain.CancelInsufficientBalance), Currency: "USD", Orders: 1, MinorUnits: 700},
		},
	}, sales)
}

func TestASumThatIsTooLargeIsAnError(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s.pays(noon, "moon", 1, s.money(math.MaxInt64, "EUR"))
	s.pays(noon, "cup", 1, s.money(1, "EUR"))
	day, err := query.ParseDay("2026-11-20")
	require.NoError(t, err)

	_, err = repository.NewQueryService(s.pool).Sales(t.Context(), day, 10)

	assert.ErrorContains(t, err, "bigint out of range")
}

// Buyers choose the amounts of orders that they cannot pay for, so these must not stop the report.
func TestSales_UnpayableOrders_DoNotStopTheReport(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for range 2 {
		s.cancels(s.confirms(noon, "moon", 1, s.money(math.MaxInt64, "EUR")), domain.CancelInsufficientBalance, noon)
	}
	day, err := query.ParseDay("2026-11-20")
	require.NoError(t, err)

	sales, err := repository.NewQueryService(s.pool).Sales(t.Context(), day, 10)

	require.NoError(t, err)
	assert.Equal(t, []query.Cancelled{
		{Code: string(domain.CancelInsufficientBalance), Currency: "EUR", Orders: 2, MinorUnits: math.MaxInt64},
	}, sales.Cancelled)
}

func TestTheSalesOfADayAreARangeOfAnIndex(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	buyer := uuid.NewString()
	_, err := pool.Exec(t.Context(), `
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at, paid_at)
		SELECT gen_random_uuid(), $1, 3, 'EUR', 1, 1, now() - n * interval '1 minute', now(), now() - n * interval '1 minute' FROM generate_series(1, 30000) n`, buyer)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `ANALYZE orders`)
	require.NoError(t, err)

	plan := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		now := time.Now()
		_, err := gen.New().SumPaidOrders(t.Context(), db, gen.SumPaidOrdersParams{
			FromTime: now.Add(-48 * time.Hour), ToTime: now.Add(-24 * time.Hour),
		})
		return err
	})

	assert.Contains(t, plan, "orders_by_created_at")
	assert.NotContains(t, plan, "Seq Scan")
}
