package telemetry

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"shop/platform/config"
)

// Config holds the settings of traces and metrics.
type Config struct {
	// OTLPEndpoint is the address of a collector that speaks OTLP over gRPC: http://host:port, https://host:port for TLS, or host:port,
	// which means http. Empty turns tracing off.
	OTLPEndpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT" optional:"true"`
	// SampleRatio is the part of the traces that are recorded, from 0 to 1. Empty means that of the environment, see ratios.
	SampleRatio string `env:"OTEL_TRACES_SAMPLER_ARG" optional:"true"`
	// SlowAfter is the duration from which on a span is sent even if its trace is not recorded.
	SlowAfter time.Duration `env:"TRACE_SLOW_AFTER" default:"1s"`
	// FlushInterval is the longest time that a finished span waits to be sent.
	FlushInterval time.Duration `env:"OTEL_FLUSH_INTERVAL" default:"1s"`
	MetricsAddr   string        `env:"METRICS_ADDR" default:"127.0.0.1:0"`
	// MetricsTimeout bounds one scrape, MetricsIdleTimeout an unused connection. It should be longer than from one scrape to the next.
	MetricsTimeout     time.Duration `env:"METRICS_TIMEOUT" default:"5s"`
	MetricsIdleTimeout time.Duration `env:"METRICS_IDLE_TIMEOUT" default:"2m"`
	// MetricsMaxHeader bounds the header of a scrape, MetricsConcurrency the scrapes at the same time: a scrape reads all metrics.
	MetricsMaxHeader   int `env:"METRICS_MAX_HEADER_BYTES" default:"8192"`
	MetricsConcurrency int `env:"METRICS_CONCURRENCY" default:"3"`
}

// Validate rejects an endpoint to which no span could be sent, and durations of zero.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"OTEL_FLUSH_INTERVAL": c.FlushInterval, "METRICS_TIMEOUT": c.MetricsTimeout, "METRICS_IDLE_TIMEOUT": c.MetricsIdleTimeout,
		"TRACE_SLOW_AFTER": c.SlowAfter,
	})
	if c.MetricsMaxHeader < 1 || c.MetricsConcurrency < 1 {
		faults = append(faults, errors.New("METRICS_MAX_HEADER_BYTES and METRICS_CONCURRENCY must be at least 1"))
	}
	if _, err := c.sampleRatio(""); err != nil {
		faults = append(faults, err)
	}
	if c.OTLPEndpoint != "" {
		if _, err := endpointURL(c.OTLPEndpoint); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// endpointURL returns the endpoint as a URL with scheme, host and port.
func endpointURL(endpoint string) (string, error) {
	if !strings.Contains(endpoint, "://") {
		endpoint = "http://" + endpoint
	}
	u, err := url.Parse(endpoint)
	invalid := errors.New("OTEL_EXPORTER_OTLP_ENDPOINT must be host:port, http://host:port or https://host:port")
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return "", invalid
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", invalid
	}
	if _, err := net.LookupPort("tcp", u.Port()); err != nil || u.Port() == "" || u.Port() == "0" {
		return "", invalid
	}
	return u.Scheme + "://" + u.Host, nil
}

// Service is the name of the running service in logs, traces and metrics.
type Service string
