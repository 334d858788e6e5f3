package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// newRegistry returns a registry of this process alone, with the metrics of the runtime in it.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// MetricsServer serves /metrics, and what Handle adds for those who run the service. It is reached without a certificate.
type MetricsServer struct {
	cfg  Config
	mux  *http.ServeMux
	http *http.Server
	log  *zap.Logger
}

func newMetricsServer(cfg Config, registry *prometheus.Registry, log *zap.Logger) *MetricsServer {
	mux := http.NewServeMux()
	// Only the OpenMetrics format can carry exemplars.
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true, MaxRequestsInFlight: cfg.MetricsConcurrency,
	}))
	return &MetricsServer{cfg: cfg, mux: mux, log: log, http: &http.Server{
		Handler: mux, ReadTimeout: cfg.MetricsTimeout, WriteTimeout: cfg.MetricsTimeout, IdleTimeout: cfg.MetricsIdleTimeout,
		MaxHeaderBytes: cfg.MetricsMaxHeader,
	}}
}

// Handle adds a handler, as http.ServeMux does.
func (s *MetricsServer) Handle(pattern string, handler http.Handler) { s.mux.Handle(pattern, handler) }

// Start listens and serves in the background.
func (s *MetricsServer) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.MetricsAddr)
	if err != nil {
		return fmt.Errorf("listen for metrics: %w", err)
	}
	s.log.Info("metrics served", logging.Event("platform.metrics.started"), zap.Stringer("addr", listener.Addr()))
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("metrics server ended", logging.Event("platform.metrics.failed"), logging.Error(err))
		}
	}()
	return nil
}

// Stop lets scrapes in progress finish. A slow one is not worth an unclean stop: when ctx ends its connection is closed.
func (s *MetricsServer) Stop(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}
