// Package telemetry sends traces over OTLP and serves metrics over HTTP.
package telemetry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/logging"
)

const flushTimeout = 3 * time.Second

// startTracing sets OpenTelemetry's globals, which instrumented libraries read. Trace ids are made and passed on even without a collector,
// so that the logs of all services can be joined.
func startTracing(lc fx.Lifecycle, cfg Config, service Service, env logging.Config, log *zap.Logger) error {
	options := []trace.TracerProviderOption{
		trace.WithSampler(trace.ParentBased(trace.AlwaysSample())),
		trace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", string(service)),
			attribute.String("deployment.environment.name", env.Env),
		)),
	}
	// The exporter reads the same variable itself and would complain, outside of our log, that host:port is no URL.
	otel.SetLogger(logr.Discard())
	if cfg.OTLPEndpoint != "" {
		exporter, err := otlptracegrpc.New(context.Background(),
			otlptracegrpc.WithEndpoint(strings.TrimPrefix(cfg.OTLPEndpoint, "http://")), otlptracegrpc.WithInsecure())
		if err != nil {
			return fmt.Errorf("make OTLP exporter: %w", err)
		}
		options = append(options, trace.WithBatcher(exporter, trace.WithBatchTimeout(cfg.FlushInterval)))
	}
	provider := trace.NewTracerProvider(options...)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn("telemetry failed", logging.Event("platform.telemetry.failed"), logging.Error(err))
	}))
	lc.Append(fx.StopHook(func(ctx context.Context) {
		// An unreachable collector must neither delay a clean stop nor turn it into a failed one.
		ctx, cancel := context.WithTimeout(ctx, flushTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.Warn("traces lost at shutdown", logging.Event("platform.telemetry.failed"), logging.Error(err))
		}
	}))
	return nil
}
