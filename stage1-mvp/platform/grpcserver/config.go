package grpcserver

import (
	"errors"
	"time"
)

// Config is what the environment says about a gRPC server. Its address is a variable of the service, and so comes with Params.
type Config struct {
	// DefaultTimeout bounds unary calls that come without a deadline.
	DefaultTimeout time.Duration `env:"GRPC_DEFAULT_TIMEOUT" default:"30s"`
	// StreamTimeout bounds streams: one that nobody ends would go on for ever, and longer than its token is good.
	StreamTimeout time.Duration `env:"GRPC_STREAM_TIMEOUT" default:"15m"`
	// RateLimit is the calls per second that the server takes from all clients together; RateBurst how many at once.
	RateLimit float64 `env:"GRPC_RATE_LIMIT" default:"1000"`
	RateBurst int     `env:"GRPC_RATE_BURST" default:"2000"`
	// MaxStreams is how many calls one connection may have under way; more of them wait at the client.
	MaxStreams int32 `env:"GRPC_MAX_STREAMS" default:"1000"`
	// DrainTimeout is how long running calls may take to end when the server stops.
	DrainTimeout time.Duration `env:"GRPC_DRAIN_TIMEOUT" default:"12s"`
}

// Validate refuses a server that would take no calls.
func (c *Config) Validate() error {
	var faults []error
	if c.DefaultTimeout <= 0 || c.StreamTimeout <= 0 {
		faults = append(faults, errors.New("GRPC_DEFAULT_TIMEOUT and GRPC_STREAM_TIMEOUT must be positive"))
	}
	if c.MaxStreams < 1 {
		faults = append(faults, errors.New("GRPC_MAX_STREAMS must be at least 1"))
	}
	if c.RateLimit <= 0 || c.RateBurst < 1 {
		faults = append(faults, errors.New("GRPC_RATE_LIMIT and GRPC_RATE_BURST must be positive"))
	}
	return errors.Join(faults...)
}
