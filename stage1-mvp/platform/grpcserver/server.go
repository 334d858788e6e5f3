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
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"shop/platform/auth"
	"shop/platform/logging"
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
	Log      *zap.Logger
	Registry *prometheus.Registry
	// Register adds the services to the server.
	Register []func(*grpc.Server)
}

// Server is a gRPC server with its listener.
type Server struct {
	params  Params
	grpc    *grpc.Server
	health  *health.Server
	address net.Addr
	failed  func()
}

// New returns a server that does not listen yet.
func New(p Params) *Server {
	s := &Server{params: p, health: health.NewServer(), failed: func() {}}
	unary, stream := newChain(p)
	s.grpc = grpc.NewServer(
		grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.ChainUnaryInterceptor(unary...),
		grpc.ChainStreamInterceptor(stream...),
		grpc.ConnectionTimeout(p.Config.HandshakeTimeout),
		// Health and reflection need no token: without this limit, one connection could open any number of streams.
		grpc.MaxConcurrentStreams(uint32(p.Config.MaxStreams)),
		// Without pings, the stream of a client whose machine is gone would stay open until StreamTimeout.
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: p.Config.KeepaliveTime, Timeout: p.Config.KeepaliveTimeout}),
		// gRPC's default would close the connections of clients that ping more often than every five minutes.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: p.Config.KeepaliveMinTime}),
	)
	for _, register := range p.Register {
		register(s.grpc)
	}
	healthpb.RegisterHealthServer(s.grpc, s.health)
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

// Health returns the health server, which answers SERVING for the empty service name until Stop.
func (s *Server) Health() *health.Server { return s.health }

// Stop sets the health status to NOT_SERVING and lets calls in progress finish. After DrainTimeout it cancels them, so that the stop hooks
// after this one get their share of the time.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.params.Config.DrainTimeout)
	defer cancel()
	s.health.Shutdown()
	if err := parallel.Await(ctx, s.grpc.GracefulStop); err != nil {
		s.grpc.Stop()
	}
	return nil
}
