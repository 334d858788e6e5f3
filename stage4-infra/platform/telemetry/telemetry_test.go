package telemetry_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"shop/platform/config"
	"shop/platform/logging"
	"shop/platform/telemetry"
)

// receiver is a collector that keeps the names of the spans.
type receiver struct {
	collector.UnimplementedTraceServiceServer
	spans chan string
}

func (r *receiver) Export(_ context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	for _, resource := range req.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				r.spans <- span.GetName()
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// Not parallel: the tracer provider is global, and so is the environment.
func TestModule_SendsSpansAndServesMetrics(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	received := &receiver{spans: make(chan string, 10)}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, received)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", listener.Addr().String())
	metricsAddr := freeAddr(t)

	cfg := config.Defaults[telemetry.Config]()
	cfg.OTLPEndpoint, cfg.MetricsAddr, cfg.FlushInterval = listener.Addr().String(), metricsAddr, 10*time.Millisecond
	var registry *prometheus.Registry
	app := fxtest.New(t,
		fx.NopLogger,
		fx.Supply(cfg, telemetry.Service("shop"), logging.Config{Env: "test"}, zap.NewNop()),
		telemetry.Module,
		fx.Invoke(run),
		fx.Populate(&registry),
	)
	app.RequireStart()
	defer app.RequireStop()

	_, span := otel.Tracer("test").Start(t.Context(), "buy")
	span.End()
	select {
	case name := <-received.spans:
		assert.Equal(t, "buy", name)
	case <-time.After(5 * time.Second):
		t.Fatal("no span reached the collector")
	}
	resp, err := http.Get("http://" + metricsAddr + "/metrics")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
}

// Not parallel: the tracer provider is global.
func TestModule_NoCollector_SpansHaveIDsButAreNotRecorded(t *testing.T) {
	app := fxtest.New(t,
		fx.NopLogger,
		fx.Supply(config.Defaults[telemetry.Config](), telemetry.Service("shop"), logging.Config{Env: "test"}, zap.NewNop()),
		telemetry.Module,
		fx.Invoke(run),
	)
	app.RequireStart()
	defer app.RequireStop()

	_, span := otel.Tracer("test").Start(t.Context(), "buy")
	defer span.End()
	assert.True(t, span.SpanContext().IsValid())
	assert.False(t, span.IsRecording())
}

// Not parallel: the tracer provider is global.
func TestStop_ScraperDoesNotRead_IsBounded(t *testing.T) {
	metricsAddr := freeAddr(t)
	cfg := config.Defaults[telemetry.Config]()
	cfg.MetricsAddr = metricsAddr
	app := fxtest.New(t,
		fx.NopLogger,
		fx.Supply(cfg, telemetry.Service("shop"), logging.Config{Env: "test"}, zap.NewNop()),
		telemetry.Module,
		fx.Invoke(run),
	)
	app.RequireStart()
	conn, err := net.Dial("tcp", metricsAddr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	// Until the buffers are full: then the server waits for the client to read.
	request := []byte(strings.Repeat("GET /metrics HTTP/1.1\r\nHost: shop\r\n\r\n", 1000))
	for err == nil {
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(time.Second)))
		_, err = conn.Write(request)
	}

	began := time.Now()
	app.RequireStop()
	assert.Less(t, time.Since(began), 4*time.Second)
}

// Not parallel: the tracer provider is global.
func TestMetrics_OversizedHeader_IsRefused(t *testing.T) {
	cfg := config.Defaults[telemetry.Config]()
	cfg.MetricsAddr, cfg.MetricsMaxHeader = freeAddr(t), 1000
	app := fxtest.New(t,
		fx.NopLogger,
		fx.Supply(cfg, telemetry.Service("shop"), logging.Config{Env: "test"}, zap.NewNop()),
		telemetry.Module,
		fx.Invoke(run),
	)
	app.RequireStart()
	t.Cleanup(app.RequireStop)
	for length, status := range map[int]int{500: http.StatusOK, 8000: http.StatusRequestHeaderFieldsTooLarge} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+cfg.MetricsAddr+"/metrics", nil)
		require.NoError(t, err)
		request.Header.Set("X", strings.Repeat("x", length))
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, status, answer.StatusCode, length)
	}
}

// run does what package lifecycle does.
func run(lc fx.Lifecycle, traces *telemetry.Traces, metrics *telemetry.MetricsServer) {
	bounded := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, time.Second)
	}
	lc.Append(fx.StopHook(func(ctx context.Context) {
		ctx, cancel := bounded(ctx)
		defer cancel()
		traces.Flush(ctx)
	}))
	lc.Append(fx.Hook{OnStart: metrics.Start, OnStop: func(ctx context.Context) error {
		ctx, cancel := bounded(ctx)
		defer cancel()
		return metrics.Stop(ctx)
	}})
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func TestConfig_Validate(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[telemetry.Config]()
	require.NoError(t, cfg.Validate())
	cfg.FlushInterval = 0
	assert.ErrorContains(t, cfg.Validate(), "OTEL_FLUSH_INTERVAL")
}

func TestConfig_Endpoint(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[telemetry.Config]()
	for _, valid := range []string{
		"", "collector:4317", "http://collector:4317", "https://collector:4317", "http://collector:4317/", "127.0.0.1:4317", "[::1]:4317",
	} {
		cfg.OTLPEndpoint = valid
		assert.NoError(t, cfg.Validate(), valid)
	}
	for _, invalid := range []string{
		"collector", "https://collector", "http://:4317", ":4317", "collector:port", "collector:0", "collector:99999", "ftp://collector:4317",
		"collector:4317/v1/traces", "http://collector:4317?x=1", "http://user@collector:4317", "nonsense with spaces", "::1:4317", "http://",
	} {
		cfg.OTLPEndpoint = invalid
		assert.ErrorContains(t, cfg.Validate(), "OTEL_EXPORTER_OTLP_ENDPOINT", invalid)
	}
}
