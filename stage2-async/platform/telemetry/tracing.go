// Package telemetry sends traces over OTLP and serves metrics over HTTP.
package telemetry

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// startTracing sets OpenTelemetry's globals, which instrumented libraries read. Trace ids are created and propagated even without a
// collector, so that the logs of all services can be joined. Spans are not recorded then, and exemplars do not lead to them.
func startTracing(lc fx.Lifecycle, cfg Config, service Service, env logging.Config, log *zap.Logger) error {
	sampler := trace.NeverSample()
	options := []trace.TracerProviderOption{
		trace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", string(service)),
			attribute.String("deployment.environment.name", env.Env),
		)),
	}
	// The exporter reads the same variable itself and would report, outside of our log, that host:port is not a URL.
	otel.SetLogger(logr.Discard())
	if cfg.OTLPEndpoint != "" {
		endpoint, err := endpointURL(cfg.OTLPEndpoint)
		if err != nil {
			return err
		}
		exporter, err := otlptracegrpc.New(context.Background(), otlptracegrpc.WithEndpointURL(endpoint))
		if err != nil {
			return fmt.Errorf("make OTLP exporter: %w", err)
		}
		sampler = trace.ParentBased(trace.AlwaysSample())
		options = append(options, trace.WithBatcher(exporter, trace.WithBatchTimeout(cfg.FlushInterval)))
	}
	provider := trace.NewTracerProvider(append(options, trace.WithSampler(sampler))...)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn("telemetry failed", logging.Event("platform.telemetry.failed"), logging.Error(err))
	}))
	lc.Append(fx.StopHook(func(ctx context.Context) {
		// An unreachable collector must neither delay a clean stop nor turn it into a failed one.
		ctx, cancel := context.WithTimeout(ctx, cfg.FlushTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.Warn("traces lost at shutdown", logging.Event("platform.telemetry.failed"), logging.Error(err))
		}
	}))
	return nil
}
