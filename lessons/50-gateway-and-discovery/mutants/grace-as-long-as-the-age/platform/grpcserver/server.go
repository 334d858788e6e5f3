package grpcserver

import (
	"context"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
)

// New returns a server that does not listen yet.
func New(p Params) *Server {
	s := &Server{params: p, failed: func() {}}
	s.draining, s.drain = context.WithCancel(context.Background())
	unary, stream := newChain(p, s.draining)
	s.grpc = grpc.NewServer(
		grpc.Creds(p.TLS),
		grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.ChainUnaryInterceptor(unary...),
		grpc.ChainStreamInterceptor(stream...),
		grpc.ConnectionTimeout(p.Config.HandshakeTimeout),
		// Health and reflection need no token: without this limit, one connection could open any number of streams.
		grpc.MaxConcurrentStreams(uint32(p.Config.MaxStreams)),
		grpc.MaxRecvMsgSize(p.Config.MaxRequestBytes),
		grpc.MaxHeaderListSize(uint32(p.Config.MaxMetadataBytes)),
		// Without pings, the stream of a client whose machine is gone would stay open until StreamTimeout.
		grpc.KeepaliveParams(keepalive.ServerParameters{
			Time: p.Config.KeepaliveTime, Timeout: p.Config.KeepaliveTimeout,
			MaxConnectionAge: p.Config.MaxConnectionAge, MaxConnectionAgeGrace: p.Config.MaxConnectionAge,
		}),
		// gRPC's default would close the connections of clients that ping more often than every five minutes.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: p.Config.KeepaliveMinTime}),
	)
	for _, register := range p.Register {
		register(s.grpc)
	}
	p.Health.Register(s.grpc)
	reflection.Register(s.grpc)
	return s
}
