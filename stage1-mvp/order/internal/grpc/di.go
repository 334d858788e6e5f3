package grpc

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/grpcserver"
)

// Addr is where the service listens.
type Addr string

// Module provides the handler and what the server is made of.
var Module = fx.Module("grpc", fx.Provide(NewHandler, NewJobHandler, params))

func params(
	addr Addr, cfg grpcserver.Config, handler *Handler, jobs *JobHandler, verifier *auth.Verifier, log *zap.Logger,
	registry *prometheus.Registry,
) grpcserver.Params {
	return grpcserver.Params{
		Service:  "order",
		Addr:     string(addr),
		Config:   cfg,
		Rules:    Rules(),
		Verifier: verifier,
		Log:      log,
		Registry: registry,
		Register: []func(*grpc.Server){
			func(s *grpc.Server) { orderv1.RegisterOrderServiceServer(s, handler) },
			func(s *grpc.Server) { orderv1.RegisterJobServiceServer(s, jobs) },
		},
	}
}
