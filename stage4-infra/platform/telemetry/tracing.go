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
	"go.uber.org/zap"

	"shop/platform/logging"
)

// Traces are the spans of this process on their way to the collector.
type Traces struct {
	provider *trace.TracerProvider
	log      *zap.Logger
}

// startTracing sets OpenTelemetry's globals, which instrumented libraries read. Trace ids are created and propagated even without a
// collector, so that the logs of all services can be joined. Spans are not recorded then, and exemplars do not lead to them.
func startTracing(cfg Config, service Service, env logging.Config, log *zap.Logger) (*Traces, error) {
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
			return nil, err
		}
		exporter, err := otlptracegrpc.New(context.Background(), otlptracegrpc.WithEndpointURL(endpoint))
		if err != nil {
			return nil, fmt.Errorf("make OTLP exporter: %w", err)
		}
		ratio, err := cfg.sampleRatio(env.Env)
		if err != nil {
			return nil, err
		}
		sampler = newSampler(ratio)
		batches := trace.NewBatchSpanProcessor(exporter, trace.WithBatchTimeout(cfg.FlushInterval))
		options = append(options, trace.WithSpanProcessor(notable{batches, cfg.SlowAfter}))
	}
	provider := trace.NewTracerProvider(append(options, trace.WithSampler(sampler))...)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn("telemetry failed", logging.Event("platform.telemetry.failed"), logging.Error(err))
	}))
	return &Traces{provider: provider, log: log}, nil
}

// Flush sends the last spans and records no more. A collector that cannot be reached costs traces and no work, so this is a warning and no
// error.
func (t *Traces) Flush(ctx context.Context) {
	if err := t.provider.Shutdown(ctx); err != nil {
		t.log.Warn("traces lost at shutdown", logging.Event("platform.telemetry.failed"), logging.Error(err))
	}
}
