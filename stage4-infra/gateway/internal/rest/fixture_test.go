package rest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"shop/gateway/internal/config"
	"shop/gateway/internal/identity"
	"shop/gateway/internal/middleware"
	"shop/gateway/internal/rest"
	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/clock"
	platformconfig "shop/platform/config"
	"shop/platform/health"
	"shop/platform/logging"
)

const buyer = "11111111-1111-4111-8111-111111111111"

// orders is a fake order service.
type orders struct {
	orderv1.OrderServiceClient
	create func(ctx context.Context, in *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error)
	get    func(ctx context.Context, in *orderv1.GetOrderRequest) (*orderv1.GetOrderResponse, error)
	list   func(ctx context.Context, in *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error)

	cancel      func(in *orderv1.CancelOrderRequest) (*orderv1.CancelOrderResponse, error)
	batchGet    func(in *orderv1.BatchGetOrdersRequest) (*orderv1.BatchGetOrdersResponse, error)
	batchCancel func(in *orderv1.BatchCancelOrdersRequest) (*orderv1.BatchCancelOrdersResponse, error)
	listAll     func(in *orderv1.ListAllOrdersRequest) (*orderv1.ListAllOrdersResponse, error)
	watch       func(ctx context.Context, in *orderv1.WatchOrderRequest) (grpc.ServerStreamingClient[orderv1.WatchOrderResponse], error)
	ship        func(in *orderv1.ShipOrderRequest) (*orderv1.ShipOrderResponse, error)
}

func (o *orders) CreateOrder(
	ctx context.Context, in *orderv1.CreateOrderRequest, _ ...grpc.CallOption,
) (*orderv1.CreateOrderResponse, error) {
	return o.create(ctx, in)
}

func (o *orders) GetOrder(ctx context.Context, in *orderv1.GetOrderRequest, _ ...grpc.CallOption) (*orderv1.GetOrderResponse, error) {
	return o.get(ctx, in)
}

func (o *orders) ListOrders(
	ctx context.Context, in *orderv1.ListOrdersRequest, _ ...grpc.CallOption,
) (*orderv1.ListOrdersResponse, error) {
	return o.list(ctx, in)
}

func (o *orders) CancelOrder(
	_ context.Context, in *orderv1.CancelOrderRequest, _ ...grpc.CallOption,
) (*orderv1.CancelOrderResponse, error) {
	return o.cancel(in)
}

func (o *orders) BatchGetOrders(
	_ context.Context, in *orderv1.BatchGetOrdersRequest, _ ...grpc.CallOption,
) (*orderv1.BatchGetOrdersResponse, error) {
	return o.batchGet(in)
}

func (o *orders) BatchCancelOrders(
	_ context.Context, in *orderv1.BatchCancelOrdersRequest, _ ...grpc.CallOption,
) (*orderv1.BatchCancelOrdersResponse, error) {
	return o.batchCancel(in)
}

func (o *orders) WatchOrder(
	ctx context.Context, in *orderv1.WatchOrderRequest, _ ...grpc.CallOption,
) (grpc.ServerStreamingClient[orderv1.WatchOrderResponse], error) {
	return o.watch(ctx, in)
}

func (o *orders) ListAllOrders(
	_ context.Context, in *orderv1.ListAllOrdersRequest, _ ...grpc.CallOption,
) (*orderv1.ListAllOrdersResponse, error) {
	return o.listAll(in)
}

// gateway is a router in front of fake services, with its log and metrics.
type gateway struct {
	t        testing.TB
	orders   *orders
	streams  *rest.Streams
	handler  http.Handler
	key      ed25519.PrivateKey
	log      *safeBuffer
	registry *prometheus.Registry
	health   *health.Health
	// inventoryDown makes the probe of inventory fail.
	inventoryDown atomic.Bool
}

func newGateway(t testing.TB, change func(*config.Config)) *gateway {
	t.Helper()
	return newGatewayOf(t, change, (*gateway).fakeHandlers)
}

func newGatewayOf(t testing.TB, change func(*config.Config), handlers func(*gateway) []rest.Handler) *gateway {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	bundle := pemOf(t, public)
	cfg := platformconfig.Defaults[config.Config]()
	cfg.Server.MaxBodyBytes = 1000
	cfg.RateLimit, cfg.LoginRateLimit, cfg.LoginUserRateLimit = config.RateLimit{}, config.LoginRateLimit{}, config.LoginUserRateLimit{}
	cfg.Auth.PublicKeys, cfg.Auth.ServicePublicKeys = bundle, bundle
	cfg.Login.Users, cfg.Login.PrivateKey = users(), privatePEM(t, private)
	if change != nil {
		change(&cfg)
	}
	verifier, err := auth.NewVerifier(cfg.Auth)
	require.NoError(t, err)
	login, err := identity.NewLogin(cfg.Login, cfg.Auth, clock.System)
	require.NoError(t, err)
	g := &gateway{t: t, orders: &orders{}, streams: rest.NewStreams(cfg), key: private, log: &safeBuffer{}, registry: prometheus.NewRegistry()}
	g.health = newHealth(t, g, cfg)
	g.handler, err = rest.NewRouter(rest.RouterParams{
		Service: "gateway", Config: cfg, Verifier: verifier, Registry: g.registry, Clock: clock.System, Health: g.health,
		Login: rest.NewLoginHandler(login, cfg, clock.System), Log: logging.NewTo(g.log, logging.Config{Env: "test", Level: "debug"}, "gateway"),
		Handlers: append(handlers(g), rest.NewOrderEventsHandler(g.orders, g.streams, cfg)),
	})
	require.NoError(t, err)
	return g
}

// newHealth has probes of inventory and wallet.
func newHealth(t testing.TB, g *gateway, cfg config.Config) *health.Health {
	t.Helper()
	h, err := health.New(health.Params{
		Config: cfg.Health, Requires: "inventory", Registry: g.registry, Log: zap.NewNop(),
		Probes: []health.Probe{
			{Name: "inventory", Check: func(context.Context) error {
				if g.inventoryDown.Load() {
					return errors.New("dial tcp 10.0.0.7:9002: connection refused")
				}
				return nil
			}},
			{Name: "wallet", Check: func(context.Context) error { return errors.New("dial tcp 10.0.0.7:9003: connection refused") }},
		},
	})
	require.NoError(t, err)
	return h
}

// fakeHandlers are the handlers in front of fake services.
func (g *gateway) fakeHandlers() []rest.Handler {
	return []rest.Handler{
		rest.NewOrderHandler(g.orders), rest.NewOrderCancelHandler(g.orders), rest.NewOrderBatchHandler(g.orders),
		rest.NewAdminOrderHandler(g.orders), rest.NewJobHandler(fakeJobs{}), rest.NewProductHandler(shelf{}), rest.NewOrderShipHandler(g.orders), rest.NewStockHandler(shelf{}), rest.NewWalletHandler(ledger{}), rest.NewTopUpHandler(paymentService{}),
		rest.NewBalanceHandler(ledger{}, middleware.NewDeprecations(g.registry)),
	}
}

// token returns a token of the buyer.
func (g *gateway) token() string {
	kid, err := auth.KeyID(g.key.Public().(ed25519.PublicKey))
	require.NoError(g.t, err)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": "stagecraft", "aud": "shop", "sub": buyer, "roles": []string{"customer"},
		"exp": time.Now().Add(time.Minute).Unix(),
	})
	token.Header["kid"] = kid
	signed, err := token.SignedString(g.key)
	require.NoError(g.t, err)
	return signed
}

// send passes a request on and does not compare the answer with the contract.
func (g *gateway) send(request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	g.handler.ServeHTTP(recorder, request)
	return recorder
}

type answer struct {
	*httptest.ResponseRecorder
	body struct {
		Code   int             `json:"code"`
		Reason string          `json:"reason"`
		Data   json.RawMessage `json:"data"`
		Fields []struct{ Field, Message string }
	}
}

// deadlines lets handlers set deadlines, which a recorder does not need.
type deadlines struct{ *httptest.ResponseRecorder }

func (deadlines) SetReadDeadline(time.Time) error  { return nil }
func (deadlines) SetWriteDeadline(time.Time) error { return nil }

// do sends a request of the buyer. headers are pairs of name and value and may replace those of the buyer.
func (g *gateway) do(method, path, body string, headers ...string) answer {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+g.token())
	request.Header.Set("Idempotency-Key", "k1")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	g.handler.ServeHTTP(deadlines{a.ResponseRecorder}, request)
	if a.Body.Len() > 0 && a.Header().Get("Content-Type") != "text/event-stream" {
		require.NoError(g.t, json.Unmarshal(a.Body.Bytes(), &a.body), a.Body.String())
	}
	assert.NoError(g.t, contract.Check(request, []byte(body), a.Result(), a.Body.Bytes()))
	return a
}

func pemOf(t testing.TB, key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
