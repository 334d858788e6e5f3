package inventory_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/order/internal/client/inventory"
	"shop/platform/breaker"
	"shop/platform/cache"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/grpcstatus"
	"shop/platform/redistest"
)

// server is an inventory service with a few prices.
type server struct {
	inventoryv1.UnimplementedInventoryServiceServer
	mu     sync.Mutex
	prices map[string]int64
	asked  [][]string
	fails  error
}

func (s *server) GetProducts(_ context.Context, in *inventoryv1.GetProductsRequest) (*inventoryv1.GetProductsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, in.GetSkus())
	if s.fails != nil {
		return nil, s.fails
	}
	answer := &inventoryv1.GetProductsResponse{}
	for _, sku := range in.GetSkus() {
		price, ok := s.prices[sku]
		if !ok {
			return nil, grpcstatus.Error(errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "no such product: %s", sku))
		}
		answer.Products = append(answer.Products, &inventoryv1.Product{
			Sku: sku, Name: "The " + sku, UnitPrice: &inventoryv1.Money{MinorUnits: price, Currency: "EUR"},
		})
	}
	return answer, nil
}

// change sets prices and, when given, the failure of all calls.
func (s *server) change(fails error, prices map[string]int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = fails
	for sku, price := range prices {
		s.prices[sku] = price
	}
}

func (s *server) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// newCatalogue returns a client with a cache and a breaker that opens after four failures. SKUs are keys in Redis, so each test has its own.
func newCatalogue(t *testing.T, opts ...grpcclient.Option) (*server, *inventory.Client) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s, serving := &server{prices: map[string]int64{}}, grpc.NewServer()
	inventoryv1.RegisterInventoryServiceServer(serving, s)
	go func() { _ = serving.Serve(listener) }()
	t.Cleanup(serving.Stop)

	cfg, registry := config.Defaults[inventory.Config](), prometheus.NewRegistry()
	cfg.Breaker.MinRequests, cfg.Breaker.OpenFor = 4, time.Hour
	circuit := breaker.New("inventory", breaker.Config(cfg.Breaker), breaker.NewMetrics(registry), zap.NewNop())
	conn, err := grpcclient.Dial(listener.Addr().String(), append(opts, grpcclient.WithUnaryInterceptors(circuit.UnaryClient()))...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return s, inventory.New(conn, redistest.New(t), cfg.Cache, cache.NewMetrics(registry))
}

func price(t *testing.T, c *inventory.Client, sku string) int64 {
	t.Helper()
	products, err := c.Products(t.Context(), []string{sku})
	require.NoError(t, err)
	return products[0].UnitPrice.MinorUnits()
}

func TestProducts_KeepOrderAndAreCached(t *testing.T) {
	t.Parallel()
	s, c := newCatalogue(t)
	tea, pot := uuid.NewString(), uuid.NewString()
	s.change(nil, map[string]int64{tea: 500, pot: 900})

	for range 3 {
		products, err := c.Products(t.Context(), []string{pot, tea})
		require.NoError(t, err)
		assert.Equal(t, []string{pot, tea}, []string{products[0].SKU, products[1].SKU})
		assert.Equal(t, []int64{900, 500}, []int64{products[0].UnitPrice.MinorUnits(), products[1].UnitPrice.MinorUnits()})
		assert.Equal(t, "The "+pot, products[0].Name)
	}

	assert.Equal(t, 1, s.calls())
}

func TestForget_ChangedPrice_IsTheNextOne(t *testing.T) {
	t.Parallel()
	s, c := newCatalogue(t)
	tea := uuid.NewString()
	s.change(nil, map[string]int64{tea: 500})
	require.EqualValues(t, 500, price(t, c, tea))
	s.change(nil, map[string]int64{tea: 600})

	require.NoError(t, c.Forget(t.Context(), tea))

	assert.EqualValues(t, 600, price(t, c, tea))
}

func TestProducts_UnknownSKU_IsNotFoundNamingItAndAskedForOnce(t *testing.T) {
	t.Parallel()
	s, c := newCatalogue(t)
	tea, unknown := uuid.NewString(), uuid.NewString()
	s.change(nil, map[string]int64{tea: 500})
	for range 3 {
		_, err := c.Products(t.Context(), []string{unknown})
		assert.Equal(t, errs.NotFound, errs.CodeOf(err))
		assert.Equal(t, "PRODUCT_NOT_FOUND", errs.From(err).Reason)
		assert.Equal(t, "no such product: "+unknown, errs.From(err).Message)
	}
	assert.Equal(t, 1, s.calls())

	_, err := c.Products(t.Context(), []string{tea, unknown})
	assert.Equal(t, "no such product: "+unknown, errs.From(err).Message)
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	s.change(nil, map[string]int64{unknown: 1})
	require.NoError(t, c.Forget(t.Context(), unknown), "the event of the new product")
	assert.EqualValues(t, 1, price(t, c, unknown))
}

func TestProducts_InventoryDown_IsNotCalledAnyMoreAndNothingIsCached(t *testing.T) {
	t.Parallel()
	s, c := newCatalogue(t)
	tea := uuid.NewString()
	s.change(status.Error(codes.Unavailable, "draining"), map[string]int64{tea: 500})
	for range 4 {
		_, err := c.Products(t.Context(), []string{tea})
		require.Equal(t, errs.Unavailable, errs.CodeOf(err))
	}

	_, err := c.Products(t.Context(), []string{tea})

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Equal(t, breaker.Reason, errs.From(err).Reason)
	assert.Equal(t, 4, s.calls())
}

// The attempts of a call are inside the breaker: it judges calls as their callers see them, and an open one has no attempts at all.
func TestProducts_Retries_AreOneCallForTheBreaker(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[grpcclient.Config]()
	cfg.Retry.BackoffBase, cfg.Retry.BackoffMax, cfg.Retry.MaxTokens = time.Millisecond, time.Millisecond, 1000
	s, c := newCatalogue(t, grpcclient.WithConfig(cfg), grpcclient.WithRetries(inventory.Retries))
	s.change(status.Error(codes.Unavailable, "draining"), nil)
	for range 4 {
		_, err := c.Products(t.Context(), []string{uuid.NewString()})
		require.Equal(t, "UNAVAILABLE", errs.From(err).Reason)
	}

	_, err := c.Products(t.Context(), []string{uuid.NewString()})

	assert.Equal(t, breaker.Reason, errs.From(err).Reason)
	assert.Equal(t, 4*3, s.calls())
}

func TestProducts_StormOfUnknownSKUs_KeepsTheBreakerClosed(t *testing.T) {
	t.Parallel()
	s, c := newCatalogue(t)
	tea := uuid.NewString()
	s.change(nil, map[string]int64{tea: 500})
	for range 20 {
		_, err := c.Products(t.Context(), []string{uuid.NewString()})
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
	}

	assert.EqualValues(t, 500, price(t, c, tea))
}
