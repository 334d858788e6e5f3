package grpc

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/mtls"
)

// Addr is where the service listens.
type Addr string

// Module provides the handler and what the server is made of.
var Module = fx.Module("grpc", fx.Provide(NewHandler, NewJobHandler, params))

func params(
	addr Addr, cfg grpcserver.Config, handler *Handler, jobs *JobHandler, verifier *auth.Verifier, log *zap.Logger,
	registry *prometheus.Registry, health *health.Health, identity *mtls.Identity,
) grpcserver.Params {
	return grpcserver.Params{
		Service:  "order",
		Addr:     string(addr),
		Config:   cfg,
		Rules:    Rules(),
		Priority: priorities(),
		Verifier: verifier,
		TLS:      identity.Server("gateway", mtls.Operator),
		Log:      log,
		Registry: registry,
		Health:   health,
		Register: []func(*grpc.Server){
			func(s *grpc.Server) { orderv1.RegisterOrderServiceServer(s, handler) },
			func(s *grpc.Server) { orderv1.RegisterJobServiceServer(s, jobs) },
		},
	}
}
