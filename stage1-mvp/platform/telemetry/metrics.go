package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/logging"
)

// newRegistry returns a registry of this process alone, with the metrics of the runtime in it.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

const (
	metricsTimeout      = 5 * time.Second
	metricsIdleTimeout  = 2 * time.Minute // longer than from one scrape to the next
	metricsDrainTimeout = time.Second
)

func serveMetrics(lc fx.Lifecycle, cfg Config, registry *prometheus.Registry, log *zap.Logger) {
	mux := http.NewServeMux()
	// Only the OpenMetrics format can carry exemplars.
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	server := &http.Server{Handler: mux, ReadTimeout: metricsTimeout, WriteTimeout: metricsTimeout, IdleTimeout: metricsIdleTimeout}
	lc.Append(fx.Hook{
		OnStart: func(ctx context.Context) error {
			listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.MetricsAddr)
			if err != nil {
				return fmt.Errorf("listen for metrics: %w", err)
			}
			log.Info("metrics served", logging.Event("platform.metrics.started"), zap.Stringer("addr", listener.Addr()))
			go func() {
				if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
					log.Error("metrics server ended", logging.Event("platform.metrics.failed"), logging.Error(err))
				}
			}()
			return nil
		},
		OnStop: func(ctx context.Context) error { return stopMetrics(ctx, server) },
	})
}

// stopMetrics cuts off slow readers: a scrape is not important enough to delay the rest of the stop.
func stopMetrics(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, metricsDrainTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}
