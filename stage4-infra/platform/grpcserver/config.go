package grpcserver

import (
	"errors"
	"time"

	"shop/platform/config"
	"shop/platform/overload"
)

// Config holds the settings of a gRPC server. Its address is a variable of the service, and so comes with Params.
type Config struct {
	// DefaultTimeout bounds unary calls that come without a deadline.
	DefaultTimeout time.Duration `env:"GRPC_DEFAULT_TIMEOUT" default:"30s"`
	// StreamTimeout bounds streams: without it a forgotten stream would last for ever, and outlive its token.
	StreamTimeout time.Duration `env:"GRPC_STREAM_TIMEOUT" default:"15m"`
	// RateLimit is how many calls per second the server accepts from all clients together, RateBurst how many in one burst.
	RateLimit float64 `env:"GRPC_RATE_LIMIT" default:"1000"`
	RateBurst int     `env:"GRPC_RATE_BURST" default:"2000"`
	// MaxStreams is how many calls one connection may have in progress; further calls wait at the client.
	MaxStreams int32 `env:"GRPC_MAX_STREAMS" default:"1000"`
	// MaxRequestBytes bounds each message of a client, MaxMetadataBytes the metadata of a call. The latter has to be above what the gateway
	// takes for headers: a token that it lets in must fit.
	MaxRequestBytes  int `env:"GRPC_MAX_REQUEST_BYTES" default:"262144"`
	MaxMetadataBytes int `env:"GRPC_MAX_METADATA_BYTES" default:"32768"`
	// MaxConnectionAge is when clients are asked to connect again, with jitter: they spread over new replicas, and show a certificate of now.
	// Calls in progress go on; streams for StreamTimeout at most.
	MaxConnectionAge time.Duration `env:"GRPC_MAX_CONNECTION_AGE" default:"10m"`
	// HandshakeTimeout is how long a new connection may take to speak gRPC. GracefulStop waits for handshakes, so with gRPC's default of two
	// minutes a silent client could hold up a deployment.
	HandshakeTimeout time.Duration `env:"GRPC_HANDSHAKE_TIMEOUT" default:"3s"`
	// A connection that is silent for KeepaliveTime is pinged, and closed when the answer takes longer than KeepaliveTimeout. Clients must
	// not ping more often than every KeepaliveMinTime.
	KeepaliveTime    time.Duration `env:"GRPC_KEEPALIVE_TIME" default:"1m"`
	KeepaliveTimeout time.Duration `env:"GRPC_KEEPALIVE_TIMEOUT" default:"10s"`
	KeepaliveMinTime time.Duration `env:"GRPC_KEEPALIVE_MIN_TIME" default:"10s"`
	Overload         overload.Config
}

// Validate rejects a server that would accept no calls.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"GRPC_DEFAULT_TIMEOUT": c.DefaultTimeout, "GRPC_STREAM_TIMEOUT": c.StreamTimeout, "GRPC_HANDSHAKE_TIMEOUT": c.HandshakeTimeout,
		"GRPC_KEEPALIVE_TIME": c.KeepaliveTime, "GRPC_KEEPALIVE_TIMEOUT": c.KeepaliveTimeout,
		"GRPC_MAX_CONNECTION_AGE": c.MaxConnectionAge,
	})
	if c.MaxStreams < 1 {
		faults = append(faults, errors.New("GRPC_MAX_STREAMS must be at least 1"))
	}
	if c.MaxRequestBytes < 1 || c.MaxMetadataBytes < 1 {
		faults = append(faults, errors.New("GRPC_MAX_REQUEST_BYTES and GRPC_MAX_METADATA_BYTES must be at least 1"))
	}
	if c.RateLimit <= 0 {
		faults = append(faults, errors.New("GRPC_RATE_LIMIT must be positive"))
	}
	if c.RateBurst < 1 {
		faults = append(faults, errors.New("GRPC_RATE_BURST must be at least 1"))
	}
	return errors.Join(faults...)
}
