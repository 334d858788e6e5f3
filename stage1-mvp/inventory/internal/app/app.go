// Package app assembles the inventory service.
package app

import (
	"go.uber.org/fx"

	"shop/inventory/internal/config"
	"shop/inventory/internal/grpc"
	"shop/inventory/internal/job"
	"shop/inventory/internal/metrics"
	"shop/inventory/internal/publisher"
	repository "shop/inventory/internal/repository/postgres"
	"shop/inventory/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/idempotencystore"
	"shop/platform/lifecycle"
	"shop/platform/pagination"
	"shop/platform/postgres"
)

// Name is the service's name in logs and traces.
const Name = "inventory"

// Options returns the whole service. Hooks stop in reverse order: the server and the jobs before the database.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(cfg.Auth, cfg.Server, cfg.Database, cfg.Cursor, cfg.Prune, grpc.Addr(cfg.Addr)),
		postgres.Module,
		pagination.Module,
		idempotencystore.Module,
		auth.Module,
		repository.Module,
		metrics.Module,
		publisher.Module,
		bindings,
		usecase.Module,
		grpc.Module,
		job.Module,
		grpcserver.Module,
	)
}

// bindings provides infrastructure as the interfaces that the use cases declare.
var bindings = fx.Provide(
	func(m *postgres.TxManager) usecase.Transactor { return m },
	func(p *publisher.Publisher) usecase.EventPublisher { return p },
	func(s *idempotencystore.Store) (usecase.Requests, usecase.Barrier, usecase.ProcessedEvents) {
		return s, s, s
	},
)
