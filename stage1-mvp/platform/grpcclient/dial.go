// Package grpcclient connects to other services: tracing, correlation, credentials, deadlines, and errors that use cases understand.
package grpcclient

import (
	"fmt"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"stagecraft/stage1-mvp/platform/auth"
)

// Option changes a connection.
type Option func(*options)

type options struct {
	overhead    time.Duration
	credentials auth.Credentials
}

// WithConfig sets the overhead, which is 500 ms otherwise.
func WithConfig(cfg Config) Option { return func(o *options) { o.overhead = cfg.Overhead } }

// WithCredentials sets whose token the calls carry; without it they carry none.
func WithCredentials(c auth.Credentials) Option { return func(o *options) { o.credentials = c } }

// Dial returns a connection to a service. It connects with the first call, and again whenever the connection is lost.
func Dial(target string, opts ...Option) (*grpc.ClientConn, error) {
	o := options{overhead: 500 * time.Millisecond}
	for _, opt := range opts {
		opt(&o)
	}
	// Error mapping is outermost, so that errors of the other interceptors are mapped too.
	unary := []grpc.UnaryClientInterceptor{mapErrorsUnary, correlateUnary, subtractOverhead(o.overhead)}
	stream := []grpc.StreamClientInterceptor{mapErrorsStream, correlateStream}
	if o.credentials != nil {
		unary = append(unary, o.credentials.UnaryClient)
		stream = append(stream, o.credentials.StreamClient)
	}
	conn, err := grpc.NewClient(target,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
		grpc.WithChainUnaryInterceptor(unary...),
		grpc.WithChainStreamInterceptor(stream...),
		// By default the backoff grows to two minutes, long after the other service is back.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 5 * time.Second}),
		// Whether to retry a call that may have been processed is up to the saga, not to the transport.
		grpc.WithDisableServiceConfig(),
	)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", target, err)
	}
	return conn, nil
}
