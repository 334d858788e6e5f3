package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/logging"
)

func serveMetrics(lc fx.Lifecycle, cfg Config, registry *prometheus.Registry, log *zap.Logger) {
	mux := http.NewServeMux()
	// Only the OpenMetrics format can carry exemplars.
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	server := &http.Server{
		Handler: mux, ReadTimeout: cfg.MetricsTimeout, WriteTimeout: cfg.MetricsTimeout, IdleTimeout: cfg.MetricsIdleTimeout,
	}
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
		OnStop: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			if err := server.Shutdown(ctx); err != nil {
				return server.Close()
			}
			return nil
		},
	})
}
