package grpcclient

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the settings of connections to other services.
type Config struct {
	// Overhead is subtracted from the caller's deadline, for the work between the called service's answer and the answer of this one.
	Overhead time.Duration `env:"DEADLINE_OVERHEAD" default:"500ms"`
	// ConnectTimeout bounds one attempt to connect. The pause between attempts grows from BackoffBase to BackoffMax; gRPC's own maximum of
	// two minutes would last long after the other service is back.
	ConnectTimeout time.Duration `env:"GRPC_CLIENT_CONNECT_TIMEOUT" default:"2s"`
	BackoffBase    time.Duration `env:"GRPC_CLIENT_BACKOFF_BASE" default:"50ms"`
	BackoffMax     time.Duration `env:"GRPC_CLIENT_BACKOFF_MAX" default:"1s"`
	// A connection that is silent for KeepaliveTime is pinged, and closed when the answer takes longer than KeepaliveTimeout.
	KeepaliveTime    time.Duration `env:"GRPC_CLIENT_KEEPALIVE_TIME" default:"30s"`
	KeepaliveTimeout time.Duration `env:"GRPC_CLIENT_KEEPALIVE_TIMEOUT" default:"5s"`
	// MaxResponseBytes bounds each message of a server, MaxMetadataBytes the headers and trailers of its answer.
	MaxResponseBytes int `env:"GRPC_CLIENT_MAX_RESPONSE_BYTES" default:"4194304"`
	MaxMetadataBytes int `env:"GRPC_CLIENT_MAX_METADATA_BYTES" default:"65536"`
	Retry            RetryConfig
}

// Validate rejects durations of zero. An overhead of zero is allowed.
func (c *Config) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{
		"GRPC_CLIENT_CONNECT_TIMEOUT": c.ConnectTimeout, "GRPC_CLIENT_BACKOFF_BASE": c.BackoffBase, "GRPC_CLIENT_BACKOFF_MAX": c.BackoffMax,
		"GRPC_CLIENT_KEEPALIVE_TIME": c.KeepaliveTime, "GRPC_CLIENT_KEEPALIVE_TIMEOUT": c.KeepaliveTimeout,
	})...)
}
