// Package app assembles the wallet service.
package app

import (
	"go.uber.org/fx"

	"shop/platform/auth"
	"shop/platform/breaker"
	"shop/platform/bulkhead"
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
	provider "shop/wallet/internal/client/payment"
	"shop/wallet/internal/config"
	"shop/wallet/internal/consumer"
	"shop/wallet/internal/grpc"
	"shop/wallet/internal/job"
	"shop/wallet/internal/metrics"
	"shop/wallet/internal/publisher"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase"
)

// Name is the service's name in logs and traces.
const Name = "wallet"

// Options returns the whole service.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(
			cfg.Auth, cfg.Health, cfg.Requires, cfg.Server, cfg.Database, cfg.Redis, cfg.RabbitMQ, cfg.Outbox, cfg.Inbox, cfg.Cursor, cfg.Wallets, cfg.Provider,
			cfg.Payment, cfg.Scan, cfg.Prune, grpc.Addr(cfg.Addr),
		),
		postgres.Module,
		redis.Module,
		idempotencystore.Module,
		outbox.Module,
		inbox.Module,
		pagination.Module,
		auth.Module,
		bulkhead.Module,
		breaker.Module,
		provider.Module,
		repository.Module,
		metrics.Module,
		publisher.Module,
		bindings,
		payment.Module,
		usecase.Module,
		consumer.Module,
		rabbitmq.Module,
		grpc.Module,
		job.Module,
		health.Module,
		grpcserver.Module,
	)
}

// bindings provides infrastructure as the interfaces that use cases and services declare.
var bindings = fx.Provide(
	func(m *postgres.TxManager) (usecase.Transactor, payment.Transactor) { return m, m },
	func(m *metrics.Metrics) (payment.Metrics, publisher.Metrics, usecase.PaymentGauge) { return m, m, m },
	func(w *outbox.Writer) publisher.Outbox { return w },
	func(p *publisher.Publisher) (usecase.EventPublisher, payment.EventPublisher) { return p, p },
	func(r *publisher.Replies) usecase.Replies { return r },
	func(s *idempotencystore.Store) (usecase.Requests, usecase.Barrier, usecase.ProcessedEvents) {
		return s, s, s
	},
)
