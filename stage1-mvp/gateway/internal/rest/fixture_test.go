package rest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"stagecraft/stage1-mvp/gateway/internal/config"
	"stagecraft/stage1-mvp/gateway/internal/identity"
	"stagecraft/stage1-mvp/gateway/internal/middleware"
	"stagecraft/stage1-mvp/gateway/internal/rest"
	orderv1 "stagecraft/stage1-mvp/gen/order/v1"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/logging"
)

const buyer = "11111111-1111-4111-8111-111111111111"

// orders is the order service as the gateway sees it: another team's, so a stand-in.
type orders struct {
	orderv1.OrderServiceClient
	create func(ctx context.Context, in *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error)
	get    func(ctx context.Context, in *orderv1.GetOrderRequest) (*orderv1.GetOrderResponse, error)
	list   func(ctx context.Context, in *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error)

	cancel      func(in *orderv1.CancelOrderRequest) (*orderv1.CancelOrderResponse, error)
	batchGet    func(in *orderv1.BatchGetOrdersRequest) (*orderv1.BatchGetOrdersResponse, error)
	batchCancel func(in *orderv1.BatchCancelOrdersRequest) (*orderv1.BatchCancelOrdersResponse, error)
	listAll     func(in *orderv1.ListAllOrdersRequest) (*orderv1.ListAllOrdersResponse, error)
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

func (o *orders) ListAllOrders(
	_ context.Context, in *orderv1.ListAllOrdersRequest, _ ...grpc.CallOption,
) (*orderv1.ListAllOrdersResponse, error) {
	return o.listAll(in)
}

// gateway is a router in front of a stand-in, with the log and the metrics it writes.
type gateway struct {
	t        testing.TB
	orders   *orders
	handler  http.Handler
	key      ed25519.PrivateKey
	log      *safeBuffer
	registry *prometheus.Registry
}

func newGateway(t testing.TB, change func(*config.Config)) *gateway {
	t.Helper()
	return newGatewayOf(t, change, (*gateway).standIns)
}

func newGatewayOf(t testing.TB, change func(*config.Config), handlers func(*gateway) []rest.Handler) *gateway {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	bundle := pemOf(t, public)
	cfg := config.Config{
		Server: config.Server{RequestTimeout: 15 * time.Second, MaxBodyBytes: 1000},
		Auth:   auth.Config{PublicKeys: bundle, Issuer: "stagecraft", Audience: "shop", ServicePublicKeys: bundle},
		Login:  identity.Config{Users: users(), PrivateKey: privatePEM(t, private), TokenLifetime: 15 * time.Minute, Concurrency: 2},
	}
	if change != nil {
		change(&cfg)
	}
	verifier, err := auth.NewVerifier(cfg.Auth)
	require.NoError(t, err)
	login, err := identity.NewLogin(cfg.Login, cfg.Auth, clock.System)
	require.NoError(t, err)
	g := &gateway{t: t, orders: &orders{}, key: private, log: &safeBuffer{}, registry: prometheus.NewRegistry()}
	g.handler, err = rest.NewRouter(rest.RouterParams{
		Service: "gateway", Config: cfg, Verifier: verifier, Registry: g.registry, Clock: clock.System,
		Login: rest.NewLoginHandler(login, cfg, clock.System), Log: logging.NewTo(g.log, logging.Config{Env: "test", Level: "debug"}, "gateway"),
		Handlers: handlers(g),
	})
	require.NoError(t, err)
	return g
}

// standIns are the handlers in front of services that each test tells what to answer.
func (g *gateway) standIns() []rest.Handler {
	return []rest.Handler{
		rest.NewOrderHandler(g.orders), rest.NewOrderCancelHandler(g.orders), rest.NewOrderBatchHandler(g.orders),
		rest.NewAdminOrderHandler(g.orders), rest.NewJobHandler(secretary{}), rest.NewStockHandler(shelf{}), rest.NewWalletHandler(ledger{}), rest.NewTopUpHandler(cashier{}),
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

type answer struct {
	*httptest.ResponseRecorder
	body struct {
		Code   int             `json:"code"`
		Reason string          `json:"reason"`
		Data   json.RawMessage `json:"data"`
		Fields []struct{ Field, Message string }
	}
}

// do sends a request of the buyer; headers come in pairs and may replace his.
func (g *gateway) do(method, path, body string, headers ...string) answer {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+g.token())
	request.Header.Set("Idempotency-Key", "k1")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	g.handler.ServeHTTP(a, request)
	if a.Body.Len() > 0 {
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
