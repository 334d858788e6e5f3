// Package grpcclient connects to other services: tracing, correlation, credentials, deadlines, and errors that use cases understand.
package grpcclient

import (
	"fmt"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.uber.org/fx"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"

	"shop/platform/lifecycle"
)

// Connect is Dial for a connection that is closed when the service stops.
func Connect(stops *lifecycle.Coordinator, target string, opts ...Option) (*grpc.ClientConn, error) {
	conn, err := Dial(target, opts...)
	if err != nil {
		return nil, err
	}
	stops.Add(lifecycle.Clients, target, fx.StopHook(conn.Close))
	return conn, nil
}

// Dial returns a connection to a service. It connects with the first call, and again whenever the connection is lost.
func Dial(target string, opts ...Option) (*grpc.ClientConn, error) {
	o := newOptions(append([]Option{WithBalancer(balancerFor(target))}, opts...))
	serviceConfig, err := o.serviceConfig()
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", target, err)
	}
	conn, err := grpc.NewClient(target,
		grpc.WithTransportCredentials(o.transport),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
		grpc.WithStatsHandler(attempts{o.metrics}),
		grpc.WithChainUnaryInterceptor(o.unaryChain()...),
		grpc.WithChainStreamInterceptor(o.streamChain()...),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: o.cfg.BackoffBase, Multiplier: 1.6, Jitter: 0.2, MaxDelay: o.cfg.BackoffMax},
			MinConnectTimeout: o.cfg.ConnectTimeout,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(o.cfg.MaxResponseBytes)),
		grpc.WithMaxHeaderListSize(uint32(o.cfg.MaxMetadataBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: o.cfg.KeepaliveTime, Timeout: o.cfg.KeepaliveTimeout}),
		// Whether to retry a call that may have been processed is decided here, not by the resolver.
		grpc.WithDisableServiceConfig(),
		grpc.WithDefaultServiceConfig(serviceConfig),
	)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", target, err)
	}
	return conn, nil
}

// unaryChain has the error mapping outermost, so that errors of the other interceptors are mapped too.
func (o *options) unaryChain() []grpc.UnaryClientInterceptor {
	chain := append([]grpc.UnaryClientInterceptor{mapErrorsUnary, countAttemptsUnary}, o.unary...)
	chain = append(chain, correlateUnary, subtractOverheadUnary(o.cfg.Overhead))
	if o.credentials != nil {
		chain = append(chain, o.credentials.UnaryClient)
	}
	return chain
}

func (o *options) streamChain() []grpc.StreamClientInterceptor {
	chain := append([]grpc.StreamClientInterceptor{mapErrorsStream, countAttemptsStream}, o.stream...)
	chain = append(chain, correlateStream, subtractOverheadStream(o.cfg.Overhead))
	if o.credentials != nil {
		chain = append(chain, o.credentials.StreamClient)
	}
	return chain
}
