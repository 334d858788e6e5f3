// Package app assembles the wallet service.
package app

import (
	"go.uber.org/fx"

	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/idempotencystore"
	"shop/platform/lifecycle"
	"shop/platform/pagination"
	"shop/platform/postgres"
	provider "shop/wallet/internal/client/payment"
	"shop/wallet/internal/config"
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

// Options returns the whole service. Hooks stop in reverse order: the server and the jobs before the database.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(
			cfg.Auth, cfg.Server, cfg.Database, cfg.Cursor, cfg.Provider, cfg.Payment, cfg.Scan, cfg.Prune, grpc.Addr(cfg.Addr),
		),
		postgres.Module,
		idempotencystore.Module,
		pagination.Module,
		auth.Module,
		provider.Module,
		repository.Module,
		metrics.Module,
		publisher.Module,
		bindings,
		payment.Module,
		usecase.Module,
		grpc.Module,
		job.Module,
		grpcserver.Module,
	)
}

// bindings provides infrastructure as the interfaces that use cases and services declare.
var bindings = fx.Provide(
	func(m *postgres.TxManager) (usecase.Transactor, payment.Transactor) { return m, m },
	func(m *metrics.Metrics) (payment.Metrics, publisher.Metrics, usecase.PaymentGauge) { return m, m, m },
	func(p *publisher.Publisher) (usecase.EventPublisher, payment.EventPublisher) { return p, p },
	func(s *idempotencystore.Store) (usecase.Requests, usecase.Barrier, usecase.ProcessedEvents) {
		return s, s, s
	},
)
