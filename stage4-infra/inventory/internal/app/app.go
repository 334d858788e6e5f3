// Package app assembles the inventory service.
package app

import (
	"go.uber.org/fx"

	"shop/inventory/internal/config"
	"shop/inventory/internal/consumer"
	"shop/inventory/internal/grpc"
	"shop/inventory/internal/job"
	"shop/inventory/internal/metrics"
	"shop/inventory/internal/publisher"
	repository "shop/inventory/internal/repository/postgres"
	"shop/inventory/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/idempotencystore"
	"shop/platform/inbox"
	"shop/platform/lifecycle"
	"shop/platform/outbox"
	"shop/platform/pagination"
	"shop/platform/postgres"
	"shop/platform/rabbitmq"
	"shop/platform/redis"
)

// Name is the service's name in logs and traces.
const Name = "inventory"

// Options returns the whole service.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(
			cfg.Auth, cfg.Health, cfg.Requires, cfg.Server, cfg.Database, cfg.Redis, cfg.RabbitMQ, cfg.Outbox, cfg.Inbox, cfg.Cursor, cfg.Prune, grpc.Addr(cfg.Addr),
		),
		postgres.Module,
		redis.Module,
		pagination.Module,
		idempotencystore.Module,
		outbox.Module,
		inbox.Module,
		auth.Module,
		repository.Module,
		metrics.Module,
		publisher.Module,
		bindings,
		usecase.Module,
		consumer.Module,
		rabbitmq.Module,
		grpc.Module,
		job.Module,
		health.Module,
		grpcserver.Module,
	)
}

// bindings provides infrastructure as the interfaces that the use cases declare.
var bindings = fx.Provide(
	func(m *postgres.TxManager) usecase.Transactor { return m },
	func(w *outbox.Writer) publisher.Outbox { return w },
	func(p *publisher.Publisher) usecase.EventPublisher { return p },
	func(r *publisher.Replies) usecase.Replies { return r },
	func(s *idempotencystore.Store) (usecase.Requests, usecase.Barrier, usecase.ProcessedEvents) {
		return s, s, s
	},
)
