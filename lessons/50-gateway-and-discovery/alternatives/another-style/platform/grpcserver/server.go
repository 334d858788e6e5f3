package grpcserver

import (
	"context"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
)

// New returns a server that does not listen yet. A call in progress is bounded by its own time, so an old connection gets gRPC's grace, which has no end.
func New(p Params) *Server {
	s := &Server{params: p, failed: func() {}}
	s.draining, s.drain = context.WithCancel(context.Background())
	unary, stream := newChain(p, s.draining)
	c := p.Config
	var pings keepalive.ServerParameters
	pings.MaxConnectionAge = c.MaxConnectionAge
	pings.Time, pings.Timeout = c.KeepaliveTime, c.KeepaliveTimeout
	s.grpc = grpc.NewServer(
		grpc.KeepaliveParams(pings),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: c.KeepaliveMinTime}),
		grpc.Creds(p.TLS), grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.ChainUnaryInterceptor(unary...), grpc.ChainStreamInterceptor(stream...), grpc.ConnectionTimeout(c.HandshakeTimeout),
		grpc.MaxConcurrentStreams(uint32(c.MaxStreams)), grpc.MaxRecvMsgSize(c.MaxRequestBytes), grpc.MaxHeaderListSize(uint32(c.MaxMetadataBytes)),
	)
	for _, register := range p.Register {
		register(s.grpc)
	}
	p.Health.Register(s.grpc)
	reflection.Register(s.grpc)
	return s
}
