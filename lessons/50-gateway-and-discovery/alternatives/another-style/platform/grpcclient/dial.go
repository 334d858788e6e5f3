package grpcclient

import (
	"fmt"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"
)

// Dial collects the options first.
func Dial(target string, opts ...Option) (*grpc.ClientConn, error) {
	all := append([]Option{WithBalancer(balancerFor(target))}, opts...)
	o := newOptions(all)
	text, err := o.serviceConfig()
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", target, err)
	}
	dial := []grpc.DialOption{
		grpc.WithDisableServiceConfig(), grpc.WithDefaultServiceConfig(text), grpc.WithTransportCredentials(o.transport),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()), grpc.WithStatsHandler(attempts{o.metrics}),
	}
	dial = append(dial, grpc.WithChainUnaryInterceptor(o.unaryChain()...), grpc.WithChainStreamInterceptor(o.streamChain()...))
	dial = append(dial, grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(o.cfg.MaxResponseBytes)), grpc.WithMaxHeaderListSize(uint32(o.cfg.MaxMetadataBytes)))

	pauses := backoff.DefaultConfig
	pauses.BaseDelay, pauses.MaxDelay = o.cfg.BackoffBase, o.cfg.BackoffMax
	dial = append(dial, grpc.WithConnectParams(grpc.ConnectParams{Backoff: pauses, MinConnectTimeout: o.cfg.ConnectTimeout}))
	pings := keepalive.ClientParameters{}
	pings.Time = o.cfg.KeepaliveTime
	pings.Timeout = o.cfg.KeepaliveTimeout
	dial = append(dial, grpc.WithKeepaliveParams(pings))
	conn, err := grpc.NewClient(target, dial...)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", target, err)
	}
	return conn, nil
}
