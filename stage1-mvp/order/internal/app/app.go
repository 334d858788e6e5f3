// Package app assembles the order service.
package app

import (
	"go.uber.org/fx"

	"shop/order/internal/client/inventory"
	"shop/order/internal/client/wallet"
	"shop/order/internal/config"
	"shop/order/internal/grpc"
	"shop/order/internal/job"
	"shop/order/internal/metrics"
	"shop/order/internal/publisher"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/idempotencystore"
	"shop/platform/lifecycle"
	"shop/platform/pagination"
	"shop/platform/postgres"
)

// Name is the service's name in logs, traces and tokens.
const Name = "order"

// Options returns the whole service. Parts stop in reverse order: the server and the jobs before the sagas, and those before the database.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(
			cfg.Auth, cfg.Issuer, cfg.Server, cfg.Client, cfg.Inventory, cfg.Wallet, cfg.Database,
			cfg.Saga, cfg.Scan, cfg.Answers, cfg.Prune, cfg.Watch, cfg.Batch, cfg.Cursor, grpc.Addr(cfg.Addr),
		),
		fx.Provide(newIssuer),
		postgres.Module,
		idempotencystore.Module,
		pagination.Module,
		auth.Module,
		inventory.Module,
		wallet.Module,
		repository.Module,
		metrics.Module,
		publisher.Module,
		bindings,
		saga.Module,
		usecase.Module,
		grpc.Module,
		job.Module,
		job.Reports(cfg.Jobs),
		grpcserver.Module,
	)
}

// bindings provides infrastructure as the interfaces that use cases and the saga declare.
var bindings = fx.Provide(
	func(m *postgres.TxManager) (usecase.Transactor, saga.Transactor) { return m, m },
	func(s *idempotencystore.Store) (usecase.Requests, usecase.ProcessedEvents) { return s, s },
)

func newIssuer(cfg auth.IssuerConfig, users auth.Config) (*auth.Issuer, error) {
	return auth.NewIssuer(cfg, users.Audience, Name)
}
