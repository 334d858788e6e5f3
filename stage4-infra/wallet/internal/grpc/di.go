package grpc

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/mtls"
)

// Addr is where the service listens.
type Addr string

// Module provides the handlers and what the server is made of.
var Module = fx.Module("grpc", fx.Provide(NewHandler, NewPaymentHandler, params))

func params(
	addr Addr, cfg grpcserver.Config, handler *Handler, payments *PaymentHandler, verifier *auth.Verifier, log *zap.Logger,
	registry *prometheus.Registry, health *health.Health, identity *mtls.Identity,
) grpcserver.Params {
	return grpcserver.Params{
		Service:  "wallet",
		Addr:     string(addr),
		Config:   cfg,
		Rules:    Rules(),
		Priority: priorities(),
		Verifier: verifier,
		TLS:      identity.Server("gateway", "order", mtls.Operator),
		Log:      log,
		Registry: registry,
		Health:   health,
		Register: []func(*grpc.Server){
			func(s *grpc.Server) { walletv1.RegisterWalletServiceServer(s, handler) },
			func(s *grpc.Server) { walletv1.RegisterPaymentServiceServer(s, payments) },
		},
	}
}
