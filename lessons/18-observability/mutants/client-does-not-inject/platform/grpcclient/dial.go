package grpcclient

import (
	"fmt"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"
)

// Dial returns a connection to a service. It connects with the first call, and again whenever the connection is lost.
func Dial(target string, opts ...Option) (*grpc.ClientConn, error) {
	o := newOptions(opts)
	serviceConfig, err := o.mergedServiceConfig()
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", target, err)
	}
	conn, err := grpc.NewClient(target,
		grpc.WithTransportCredentials(o.transport),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(otelgrpc.WithPropagators(propagation.Baggage{}))),
		grpc.WithChainUnaryInterceptor(o.unaryChain()...),
		grpc.WithChainStreamInterceptor(o.streamChain()...),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: o.cfg.BackoffBase, Multiplier: 1.6, Jitter: 0.2, MaxDelay: o.cfg.BackoffMax},
			MinConnectTimeout: o.cfg.ConnectTimeout,
		}),
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
