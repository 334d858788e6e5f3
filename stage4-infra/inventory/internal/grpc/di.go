package grpc

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/mtls"
)

// Addr is where the service listens.
type Addr string

// Module provides the handler and what the server is made of.
var Module = fx.Module("grpc", fx.Provide(NewHandler, params))

func params(
	addr Addr, cfg grpcserver.Config, handler *Handler, verifier *auth.Verifier, log *zap.Logger, registry *prometheus.Registry,
	health *health.Health, identity *mtls.Identity,
) grpcserver.Params {
	return grpcserver.Params{
		Service:  "inventory",
		Addr:     string(addr),
		Config:   cfg,
		Rules:    Rules(),
		Priority: priorities(),
		Verifier: verifier,
		// apisix: the route `stock` of deploy/apisix.
		TLS:      identity.Server("gateway", "order", "apisix", mtls.Operator),
		Log:      log,
		Registry: registry,
		Health:   health,
		Register: []func(*grpc.Server){func(s *grpc.Server) { inventoryv1.RegisterInventoryServiceServer(s, handler) }},
	}
}
