package grpc

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/inventory/internal/config"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/telemetry"
)

// Module provides the handler and what the server is made of.
var Module = fx.Module("grpc", fx.Provide(NewHandler, newParams))

func newParams(
	cfg config.Config, service telemetry.Service, handler *Handler,
	verifier *auth.Verifier, registry *prometheus.Registry, log *zap.Logger,
) grpcserver.Params {
	return grpcserver.Params{
		Service:  string(service),
		Addr:     cfg.Addr,
		Config:   cfg.Server,
		Rules:    rules(),
		Verifier: verifier,
		Log:      log,
		Registry: registry,
		Register: []func(*grpc.Server){
			func(s *grpc.Server) { inventoryv1.RegisterInventoryServiceServer(s, handler) },
		},
	}
}
