// Package grpcserver is the gRPC server that all services share: the chain of interceptors, health, reflection, and a bounded stop.
package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"shop/platform/auth"
	"shop/platform/health"
	"shop/platform/logging"
	"shop/platform/overload"
	"shop/platform/parallel"
)

// Params are the dependencies of a server.
type Params struct {
	// Service is the short name, such as order: the first word of its events.
	Service  string
	Addr     string
	Config   Config
	Rules    auth.Rules
	Verifier *auth.Verifier
	// TLS is how connections are encrypted and callers known; nil is plain text.
	TLS      credentials.TransportCredentials
	Log      *zap.Logger
	Registry *prometheus.Registry
	Health   *health.Health
	// Register adds the services to the server.
	Register []func(*grpc.Server)
	// Priority says which methods are refused first under overload. A method that is not listed is overload.Normal.
	Priority map[string]overload.Priority
}

// Server is a gRPC server with its listener.
type Server struct {
	params  Params
	grpc    *grpc.Server
	address net.Addr
	failed  func()
	// draining ends when the server takes no more calls, and ends all streams with it.
	draining context.Context
	drain    context.CancelFunc
}

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
			MaxConnectionAge: p.Config.MaxConnectionAge, MaxConnectionAgeGrace: p.Config.StreamTimeout,
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

// Start listens, so that a port that is already taken fails the start of the service, and serves in the background.
func (s *Server) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.params.Addr)
	if err != nil {
		return fmt.Errorf("listen for gRPC: %w", err)
	}
	s.Serve(listener)
	return nil
}

// Serve takes connections from the listener, in the background.
func (s *Server) Serve(listener net.Listener) {
	s.address = listener.Addr()
	go func() {
		if err := s.grpc.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			s.params.Log.Error("gRPC server ended", logging.Event(s.params.Service+".service.failed"), logging.Error(err))
			s.failed()
		}
	}()
	s.params.Log.Info("service started", logging.Event(s.params.Service+".service.started"), zap.Stringer("addr", s.address))
}

// OnFailure sets a function that is called when the server ends without having been stopped. Set it before Start.
func (s *Server) OnFailure(f func()) { s.failed = f }

// Addr returns where the server listens, once it is started.
func (s *Server) Addr() string { return s.address.String() }

// Stop takes no more calls, ends all streams, because they would not end by themselves, and lets the other calls in progress finish. When
// ctx ends it cancels them and returns the error of ctx.
func (s *Server) Stop(ctx context.Context) error {
	s.drain()
	err := parallel.Await(ctx, s.grpc.GracefulStop)
	if err != nil {
		s.grpc.Stop()
	}
	return err
}
