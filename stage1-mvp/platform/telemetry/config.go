package telemetry

import (
	"errors"
	"time"
)

// Config is what the environment says about traces and metrics.
type Config struct {
	// OTLPEndpoint is host:port of a collector that speaks OTLP over gRPC; empty turns tracing off.
	OTLPEndpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT" optional:"true"`
	MetricsAddr  string `env:"METRICS_ADDR" default:"127.0.0.1:0"`
	// FlushInterval is the longest time that a finished span waits to be sent.
	FlushInterval time.Duration `env:"OTEL_FLUSH_INTERVAL" default:"1s"`
}

// Validate refuses spans that are sent without a pause.
func (c *Config) Validate() error {
	if c.FlushInterval <= 0 {
		return errors.New("OTEL_FLUSH_INTERVAL must be positive")
	}
	return nil
}

// Service is the name of the running service, as it stands in logs, traces and metrics.
type Service string
