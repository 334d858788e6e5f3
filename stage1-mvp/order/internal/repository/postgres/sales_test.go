package postgres_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/db"
	"stagecraft/stage1-mvp/order/internal/domain"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
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
	require.NoError(s.t, s.orders.Create(s.t.Context(), order))
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
	require.NoError(s.t, s.orders.Update(s.t.Context(), order))
}

func TestTheSalesOfADayAreThoseThatAPersonWouldAddUp(t *testing.T) {
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

	day, err := domain.ParseDay("2026-11-20")
	require.NoError(t, err)
	sales, err := repository.NewSalesRepository(s.pool).Of(t.Context(), day, 2)

	require.NoError(t, err)
	assert.Equal(t, domain.Sales{
		Day: day,
		Revenue: []domain.Revenue{
			{Orders: 4, Total: s.money(6000, "EUR")},
			{Orders: 1, Total: s.money(700, "USD")},
		},
		TopSKUs: []domain.SoldSKU{
			{SKU: "tea", Pieces: 6, Total: s.money(3000, "EUR")},
			{SKU: "ant", Pieces: 1, Total: s.money(1500, "EUR")}, // as much as cup, and before it by name
			{SKU: "tea", Pieces: 1, Total: s.money(700, "USD")},
		},
		Cancelled: []domain.Cancelled{
			{Code: domain.CancelByBuyer, Orders: 1, Total: s.money(3000, "EUR")},
			{Code: domain.CancelInsufficientBalance, Orders: 1, Total: s.money(700, "USD")},
		},
	}, sales)
}

func TestASumThatIsTooLargeIsAnError(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s.pays(noon, "moon", 1, s.money(math.MaxInt64, "EUR"))
	s.pays(noon, "cup", 1, s.money(1, "EUR"))
	day, err := domain.ParseDay("2026-11-20")
	require.NoError(t, err)

	_, err = repository.NewSalesRepository(s.pool).Of(t.Context(), day, 10)

	assert.ErrorContains(t, err, "bigint out of range")
}

// Whoever orders what he cannot pay for chooses the amounts, so they must not be able to stop the report.
func TestOrdersThatNobodyCouldPayForDoNotStopTheReport(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for range 2 {
		s.cancels(s.confirms(noon, "moon", 1, s.money(math.MaxInt64, "EUR")), domain.CancelInsufficientBalance, noon)
	}
	day, err := domain.ParseDay("2026-11-20")
	require.NoError(t, err)

	sales, err := repository.NewSalesRepository(s.pool).Of(t.Context(), day, 10)

	require.NoError(t, err)
	assert.Equal(t, []domain.Cancelled{
		{Code: domain.CancelInsufficientBalance, Orders: 2, Total: s.money(math.MaxInt64, "EUR")},
	}, sales.Cancelled)
}

func TestTheSalesOfADayAreARangeOfAnIndex(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	buyer := uuid.NewString()
	_, err := pool.Exec(t.Context(), `
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at, paid_at)
		SELECT gen_random_uuid(), $1, 3, 'EUR', 1, 1, now(), now(), now() - n * interval '1 minute' FROM generate_series(1, 30000) n`, buyer)
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

	assert.Contains(t, plan, "orders_by_paid_at")
	assert.NotContains(t, plan, "Seq Scan")
}
