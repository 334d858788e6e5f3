package grpcserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/logging"
)

// shop is a service whose behavior each test sets.
type shop struct {
	inventoryv1.UnimplementedInventoryServiceServer
	orderv1.UnimplementedOrderServiceServer
	getStock func(ctx context.Context) error
}

func (s *shop) GetStock(ctx context.Context, _ *inventoryv1.GetStockRequest) (*inventoryv1.GetStockResponse, error) {
	return &inventoryv1.GetStockResponse{}, s.getStock(ctx)
}

func (s *shop) WatchOrder(_ *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	if err := stream.Send(&orderv1.WatchOrderResponse{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return stream.Context().Err()
}

// lines collects the log; the server writes from many goroutines.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

type running struct {
	server *grpcserver.Server
	health *health.Health
	conn   *grpc.ClientConn
	stock  inventoryv1.InventoryServiceClient
	log    *lines
}

func start(t *testing.T, getStock func(ctx context.Context) error, change func(p *grpcserver.Params)) running {
	t.Helper()
	service, log := &shop{getStock: getStock}, &lines{}
	cfg := config.Defaults[grpcserver.Config]()
	params := grpcserver.Params{
		Service: "shop",
		Addr:    "127.0.0.1:0",
		Config:  cfg,
		Rules: auth.Rules{
			inventoryv1.InventoryService_GetStock_FullMethodName: {auth.Public},
			orderv1.OrderService_WatchOrder_FullMethodName:       {auth.Public},
		},
		Log:      logging.NewTo(log, logging.Config{Env: "test", Level: "info"}, "shop"),
		Registry: prometheus.NewRegistry(),
		Register: []func(*grpc.Server){
			func(s *grpc.Server) { inventoryv1.RegisterInventoryServiceServer(s, service) },
			func(s *grpc.Server) { orderv1.RegisterOrderServiceServer(s, service) },
		},
	}
	if change != nil {
		change(&params)
	}
	if params.Health == nil {
		params.Health = newHealth(t)
	}
	server := grpcserver.New(params)
	require.NoError(t, server.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Stop(ctx)
	})
	conn, err := grpcclient.Dial(server.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return running{server: server, health: params.Health, conn: conn, stock: inventoryv1.NewInventoryServiceClient(conn), log: log}
}

func (r running) get(ctx context.Context) error {
	_, err := r.stock.GetStock(ctx, &inventoryv1.GetStockRequest{})
	return err
}

// newHealth returns one that no probe keeps from being ready.
func newHealth(t *testing.T) *health.Health {
	t.Helper()
	h, err := health.New(health.Params{Log: zap.NewNop(), Registry: prometheus.NewRegistry()})
	require.NoError(t, err)
	return h
}

// eventually waits for the line, which is written after the answer is sent.
func (r running) eventually(t *testing.T, text string) {
	t.Helper()
	assert.Eventually(t, func() bool { return bytes.Contains([]byte(r.log.String()), []byte(text)) }, 5*time.Second, time.Millisecond,
		"%q is not in the log:\n%s", text, r.log)
}

func TestInternalError_CauseIsOnlyInTheLog(t *testing.T) {
	t.Parallel()
	r := start(t, func(context.Context) error {
		cause := errors.New("dial tcp 10.0.0.7:5432: refused")
		return fmt.Errorf("get stock: %w", errs.Wrap(cause, errs.Internal, "INTERNAL", "internal error"))
	}, nil)

	err := r.get(t.Context())

	assert.Equal(t, errs.Internal, errs.CodeOf(err))
	assert.NotContains(t, err.Error(), "10.0.0.7")
	r.eventually(t, "get stock: internal error: dial tcp 10.0.0.7:5432: refused")
}

func TestDomainError_CodeAndReasonReachTheClient(t *testing.T) {
	t.Parallel()
	r := start(t, func(context.Context) error {
		return fmt.Errorf("wrapped: %w", errs.New(errs.Conflict, "KEY_REUSED", "used before"))
	}, nil)

	got := errs.From(r.get(t.Context()))

	assert.Equal(t, errs.Conflict, got.Code)
	assert.Equal(t, "KEY_REUSED", got.Reason)
	assert.Equal(t, "used before", got.Message)
}

func TestPanic_EndsOneCallOnly(t *testing.T) {
	t.Parallel()
	var registry *prometheus.Registry
	r := start(t, func(context.Context) error { panic("secret of the panic") }, func(p *grpcserver.Params) { registry = p.Registry })

	for range 2 {
		err := r.get(t.Context())
		assert.Equal(t, errs.Internal, errs.CodeOf(err))
		assert.NotContains(t, err.Error(), "secret")
	}
	r.eventually(t, "secret of the panic")
	assert.EqualValues(t, 2, counted(t, registry, codes.Internal), "a panic counts as an error")
}

// counted returns how many calls ended with the code.
func counted(t *testing.T, registry *prometheus.Registry, code codes.Code) (n float64) {
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if family.GetName() == "grpc_server_handled_total" && label.GetValue() == code.String() {
					n += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}

func TestMethodWithoutRule_IsDenied(t *testing.T) {
	t.Parallel()
	r := start(t, nil, nil)

	_, err := r.stock.Release(t.Context(), &inventoryv1.ReleaseRequest{})

	assert.Equal(t, errs.Unauthorized, errs.CodeOf(err))
}

func TestDeadline_IsPropagatedMinusOverhead(t *testing.T) {
	t.Parallel()
	deadlines := make(chan time.Duration, 2)
	r := start(t, func(ctx context.Context) error {
		deadline, ok := ctx.Deadline()
		require.True(t, ok)
		deadlines <- time.Until(deadline)
		return nil
	}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	require.NoError(t, r.get(ctx))
	assert.Less(t, <-deadlines, 9500*time.Millisecond, "500 ms are subtracted")
	require.NoError(t, r.get(t.Context()))
	assert.LessOrEqual(t, <-deadlines, time.Minute, "the server's own limit")
}

func TestRateLimit_Exceeded_ReturnsRateLimitedAndStaysHealthy(t *testing.T) {
	t.Parallel()
	r := start(t, func(context.Context) error { return nil }, func(p *grpcserver.Params) {
		p.Config.RateLimit, p.Config.RateBurst = 0.001, 1
	})
	require.NoError(t, r.get(t.Context()))

	assert.Equal(t, errs.RateLimited, errs.CodeOf(r.get(t.Context())))
	_, err := healthpb.NewHealthClient(r.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	assert.NoError(t, err)
	stream, err := orderv1.NewOrderServiceClient(r.conn).WatchOrder(t.Context(), &orderv1.WatchOrderRequest{})
	require.NoError(t, err)
	_, err = stream.Recv()
	assert.Equal(t, errs.RateLimited, errs.CodeOf(err), "calls and streams are limited together")
}

func TestStop_CallInProgress_Finishes(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	r := start(t, func(context.Context) error {
		close(entered)
		<-release
		return nil
	}, nil)
	answered := make(chan error, 1)
	go func() { answered <- r.get(t.Context()) }()
	<-entered

	stopped := make(chan error, 1)
	go func() { stopped <- r.server.Stop(context.Background()) }()
	refused := func() bool {
		conn, err := net.Dial("tcp", r.server.Addr())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}
	require.Eventually(t, refused, 5*time.Second, time.Millisecond, "a server that stops must accept no new connections")
	require.Empty(t, stopped)
	close(release)

	assert.NoError(t, <-answered)
	assert.NoError(t, <-stopped)
}

func TestStop_OpenStream_EndsAtOnceWithUnavailable(t *testing.T) {
	t.Parallel()
	r := start(t, nil, nil)
	stream, err := orderv1.NewOrderServiceClient(r.conn).WatchOrder(t.Context(), &orderv1.WatchOrderRequest{})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.NoError(t, err)

	health, err := healthpb.NewHealthClient(r.conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	_, err = health.Recv()
	require.NoError(t, err)
	// Its handler waits for the next question of the client.
	reflection, err := reflectionpb.NewServerReflectionClient(r.conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	question := &reflectionpb.ServerReflectionRequest_ListServices{}
	require.NoError(t, reflection.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: question}))
	_, err = reflection.Recv()
	require.NoError(t, err)

	require.NoError(t, r.server.Stop(context.Background()), "a stream that does not end by itself must not hold up the stop")

	_, err = stream.Recv()
	assert.Equal(t, "SHUTTING_DOWN", errs.From(err).Reason)
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	_, err = health.Recv()
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	_, err = reflection.Recv()
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
}

func TestStop_SilentConnection_DoesNotDelay(t *testing.T) {
	t.Parallel()
	r := start(t, func(context.Context) error { return nil }, nil)
	require.NoError(t, r.get(t.Context()))
	silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.server.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	require.NoError(t, r.get(t.Context())) // so the server has accepted the one before

	began := time.Now()
	require.NoError(t, r.server.Stop(t.Context()))
	assert.Less(t, time.Since(began), 20*time.Second)
}

func TestStop_HandlerIgnoresContext_IsBounded(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release) })
	r := start(t, func(context.Context) error {
		close(entered)
		<-release
		return nil
	}, nil)
	go func() { _ = r.get(context.Background()) }()
	<-entered

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, r.server.Stop(ctx), context.DeadlineExceeded)
}
