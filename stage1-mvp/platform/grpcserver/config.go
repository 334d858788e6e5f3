package grpcserver

import (
	"errors"
	"time"

	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about a gRPC server. Its address is a variable of the service, and so comes with Params.
type Config struct {
	// DefaultTimeout bounds unary calls that come without a deadline.
	DefaultTimeout time.Duration `env:"GRPC_DEFAULT_TIMEOUT" default:"30s"`
	// StreamTimeout bounds streams: one that nobody ends would go on for ever, and outlive its token.
	StreamTimeout time.Duration `env:"GRPC_STREAM_TIMEOUT" default:"15m"`
	// RateLimit is how many calls per second the server accepts from all clients together, RateBurst how many in one burst.
	RateLimit float64 `env:"GRPC_RATE_LIMIT" default:"1000"`
	RateBurst int     `env:"GRPC_RATE_BURST" default:"2000"`
	// MaxStreams is how many calls one connection may have in progress; further calls wait at the client.
	MaxStreams int32 `env:"GRPC_MAX_STREAMS" default:"1000"`
	// DrainTimeout is how long running calls may take to end when the server stops.
	DrainTimeout time.Duration `env:"GRPC_DRAIN_TIMEOUT" default:"12s"`
}

// Validate refuses a server that would take no calls.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"GRPC_DEFAULT_TIMEOUT": c.DefaultTimeout, "GRPC_STREAM_TIMEOUT": c.StreamTimeout,
	})
	if c.MaxStreams < 1 {
		faults = append(faults, errors.New("GRPC_MAX_STREAMS must be at least 1"))
	}
	if c.RateLimit <= 0 {
		faults = append(faults, errors.New("GRPC_RATE_LIMIT must be positive"))
	}
	if c.RateBurst < 1 {
		faults = append(faults, errors.New("GRPC_RATE_BURST must be at least 1"))
	}
	return errors.Join(faults...)
}
