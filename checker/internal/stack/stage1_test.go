package stack

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	inventoryv1 "shop/gen/inventory/v1"
	walletv1 "shop/gen/wallet/v1"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/telemetry"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const root = "../../.."

// stage1 are options that start the real services of stage 1 on databases of their own.
func stage1(t *testing.T, names ...string) Options {
	t.Helper()
	return servicesOf(t, "stage1-mvp", names...)
}

// servicesOf are options that start the real services of a stage on servers of their own.
func servicesOf(t *testing.T, stage string, names ...string) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers and built services")
	}
	dir := filepath.Join(root, stage)
	bins, err := build.Services(t.Context(), dir, names, filepath.Join(root, ".stagecraft", "build"))
	require.NoError(t, err)
	brokered := Brokered(dir, names)
	need := infra.Need{Postgres: true, Redis: brokered, RabbitMQ: brokered}
	servers, err := infra.Ensure(t.Context(), root, need, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	spec := infra.LeaseSpec{Redis: brokered, Vhost: brokered}
	for _, name := range names {
		if database := Database(name); database != "" {
			migrations := os.DirFS(filepath.Join(dir, name, "db", "migrations"))
			spec.Databases = append(spec.Databases, infra.DatabaseSpec{Name: database, Migrations: migrations})
		}
	}
	lease, err := servers.Lease(t.Context(), spec)
	require.NoError(t, err)
	t.Cleanup(func() { _ = lease.Close(context.Background()) })
	return Options{TLS: Secured(dir), Bins: bins, Databases: lease.Databases, RedisURL: lease.RedisURL, AMQPURL: lease.AMQPURL, LogDir: t.TempDir()}
}

func shop(t *testing.T) Options { return stage1(t, "order", "inventory", "wallet", "gateway") }

// stocked returns a stack with ten pieces on the shelf and money for a hundred.
func stocked(t *testing.T, options Options) *Stack {
	t.Helper()
	s := up(t, options)
	putTea(t, s, 500)
	stock, err := s.Shop.AdjustStock(t.Context(), "tea", "stock", 10)
	require.NoError(t, err)
	require.True(t, stock.OK(), stock.String())
	wallet, err := s.Shop.TopUp(t.Context(), buyer, "money", 50_000)
	require.NoError(t, err)
	require.Equal(t, 201, wallet.Status, wallet.String())
	require.EqualValues(t, 50_000, wallet.Data.Balance.MinorUnits)
	return s
}

// putTea puts tea into the catalogue.
func putTea(t *testing.T, s *Stack, price int64) {
	t.Helper()
	product, err := s.Shop.PutProduct(t.Context(), "tea", "Tea", price)
	require.NoError(t, err)
	require.True(t, product.OK(), product.String())
}

var tea = Item{SKU: "tea", Quantity: 1, UnitPrice: 500}

func TestStage1Purchase(t *testing.T) {
	t.Parallel()
	s := stocked(t, shop(t))
	bought, err := s.Shop.CreateOrder(t.Context(), buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, 201, bought.Status, bought.String())
	require.Equal(t, "PAID", bought.Data.Status)
	require.EqualValues(t, 500, bought.Data.Total.MinorUnits)

	again, err := s.Shop.CreateOrder(t.Context(), buyer, "k1", tea)
	require.NoError(t, err)
	require.True(t, again.Replayed)
	require.Equal(t, bought.Data.ID, again.Data.ID)

	wallet, err := s.Shop.Wallet(t.Context(), buyer)
	require.NoError(t, err)
	require.EqualValues(t, 49_500, wallet.Data.Balance.MinorUnits)
	entries, err := s.Shop.Entries(t.Context(), buyer)
	require.NoError(t, err)
	require.Len(t, entries.Data.Entries, 2)
	require.Equal(t, "DEDUCT", entries.Data.Entries[0].Kind)
	stock, err := s.Shop.Stock(t.Context(), "tea")
	require.NoError(t, err)
	require.EqualValues(t, 9, stock.Data.Available)
	read, err := s.Shop.GetOrder(t.Context(), buyer, bought.Data.ID)
	require.NoError(t, err)
	require.Equal(t, "PAID", read.Data.Status)
	page, err := s.Shop.ListOrders(t.Context(), buyer, 10, "")
	require.NoError(t, err)
	require.Len(t, page.Data.Orders, 1)
}

// The wallet has taken the money, the order service dies before it knows, and the scanner finishes the saga.
func TestStage1CrashAfterTheCharge(t *testing.T) {
	t.Parallel()
	options := shop(t)
	options.Env = map[string]string{
		"SAGA_SCAN_INTERVAL": "200ms", "SAGA_STALE_AFTER": "2s", "SAGA_STEP_TIMEOUT": "1s", "COMPENSATION_TIMEOUT": "1s",
		"SAGA_RECORD_TIMEOUT": "500ms",
	}
	s := stocked(t, options)
	hold := s.Call("order", "wallet").HoldAnswer("Deduct", 1)
	done := make(chan Answer[Order], 1)
	go func() {
		answer, _ := s.Shop.CreateOrder(context.Background(), buyer, "k1", tea)
		done <- answer
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, hold.Wait(ctx))
	require.NoError(t, s.Service("order").Kill())
	hold.Drop()
	require.False(t, (<-done).OK())
	begin := time.Now()
	require.NoError(t, s.Service("order").Restart(ctx, nil))
	t.Logf("order serves again after %s", time.Since(begin))
	require.Eventually(t, func() bool {
		page, err := s.Shop.ListOrders(ctx, buyer, 10, "")
		return err == nil && len(page.Data.Orders) == 1 && (page.Data.Orders[0].Status == "CANCELLED" || page.Data.Orders[0].Status == "PAID")
	}, 20*time.Second, 50*time.Millisecond, "the scanner must finish the saga")
	page, err := s.Shop.ListOrders(ctx, buyer, 10, "")
	require.NoError(t, err)
	wallet, err := s.Shop.Wallet(ctx, buyer)
	require.NoError(t, err)
	stock, err := s.Shop.Stock(ctx, "tea")
	require.NoError(t, err)
	t.Logf("after %s: order %s, wallet %d, available %d", time.Since(begin), page.Data.Orders[0].Status,
		wallet.Data.Balance.MinorUnits, stock.Data.Available)
	if page.Data.Orders[0].Status == "CANCELLED" {
		require.EqualValues(t, 50_000, wallet.Data.Balance.MinorUnits)
		require.EqualValues(t, 10, stock.Data.Available)
	}
}

func TestStage1IsOneTraceAndHasMetrics(t *testing.T) {
	t.Parallel()
	receiver, err := telemetry.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(receiver.Close)
	options := shop(t)
	options.OTLPEndpoint = receiver.Endpoint()
	s := stocked(t, options)
	bought, err := s.Shop.CreateOrder(t.Context(), buyer, "k1", tea)
	require.NoError(t, err)
	require.True(t, bought.OK(), bought.String())
	deduct := func(span telemetry.Span) bool {
		return strings.HasSuffix(span.Name, "/Deduct") && span.Kind == "server"
	}
	require.Eventually(t, func() bool {
		spans := receiver.Spans(deduct)
		if len(spans) == 0 {
			return false
		}
		services := map[string]bool{}
		for _, span := range receiver.Trace(spans[0].TraceID) {
			services[span.Service] = true
		}
		return services["gateway"] && services["order"] && services["inventory"] && services["wallet"]
	}, 10*time.Second, 50*time.Millisecond, "one purchase is one trace through all services")
	for _, service := range s.Services() {
		metrics, err := telemetry.Scrape(t.Context(), service.MetricsAddr)
		require.NoError(t, err)
		_, found := metrics.Sum("go_goroutines", nil)
		require.True(t, found, service.Name)
	}
}

func TestStage1TokensAndDatabaseFaults(t *testing.T) {
	t.Parallel()
	s := up(t, stage1(t, "inventory", "wallet"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, err := s.Inventory.GetStock(ctx, &inventoryv1.GetStockRequest{Sku: "tea"})
	require.Equal(t, codes.Unauthenticated, status.Code(err), "no token: %v", err)
	_, err = s.Inventory.PutProduct(s.AsAdmin(ctx), &inventoryv1.PutProductRequest{
		Sku: "tea", Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 500, Currency: "EUR"},
	})
	require.NoError(t, err)
	stock := func() error {
		short, stop := context.WithTimeout(ctx, 2*time.Second)
		defer stop()
		_, err := s.Inventory.AdjustStock(s.AsAdmin(short), &inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 1, IdempotencyKey: "k"})
		return err
	}
	require.NoError(t, stock())
	_, err = s.Inventory.AdjustStock(s.AsUser(ctx, buyer), &inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 1, IdempotencyKey: "x"})
	require.Equal(t, codes.PermissionDenied, status.Code(err), "a customer: %v", err)
	_, err = s.Wallet.TopUp(s.AsAdmin(ctx), &walletv1.TopUpRequest{
		UserId: buyer, Amount: &walletv1.Money{MinorUnits: 700, Currency: "EUR"}, IdempotencyKey: "k",
	})
	require.NoError(t, err)
	deducted, err := s.Wallet.Deduct(s.AsService(ctx, buyer), &walletv1.DeductRequest{
		SagaId: "22222222-2222-4222-8222-222222222222", StepName: "DEDUCT_BALANCE", OrderId: "33333333-3333-4333-8333-333333333333",
		UserId: buyer, Amount: &walletv1.Money{MinorUnits: 200, Currency: "EUR"},
	})
	require.NoError(t, err)
	require.EqualValues(t, 500, deducted.GetBalance().GetMinorUnits())

	s.Server("inventory", "postgres").Cut()
	require.Error(t, stock(), "the database is gone")
	require.NoError(t, s.Heal())
	require.Eventually(t, func() bool { return stock() == nil }, 10*time.Second, 20*time.Millisecond)
	exit, err := s.Service("inventory").Stop(ctx)
	require.NoError(t, err)
	require.Equal(t, 0, exit.Code, "SIGTERM ends a service cleanly")
	t.Logf("inventory stopped in %s", exit.Took)
}
