// Package app puts inventory together.
package app

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/inventory/internal/config"
	"stagecraft/stage1-mvp/inventory/internal/grpc"
	"stagecraft/stage1-mvp/inventory/internal/repository/postgres"
	"stagecraft/stage1-mvp/inventory/internal/usecase"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/lifecycle"
	platformpostgres "stagecraft/stage1-mvp/platform/postgres"
)

const service = "inventory"

// Main runs the service until it is told to stop, and returns the exit code.
func Main() int { return lifecycle.Main(service, Module) }

// Module is the whole service. What is listed later starts later and stops earlier: the server comes last.
func Module(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(service, cfg.Common),
		fx.Supply(cfg, cfg.Auth, cfg.Database),
		fx.Provide(newTxManager, newRequests, newBarrier),
		platformpostgres.Module,
		idempotency.Module,
		auth.Module,
		postgres.Module,
		usecase.Module,
		grpc.Module,
		grpcserver.Module,
	)
}

// The use cases say what they need in interfaces of their own; this is what they get.
func newTxManager(tx *platformpostgres.TxManager) usecase.TxManager { return tx }
func newRequests(store *idempotency.Store) usecase.Requests         { return store }
func newBarrier(store *idempotency.Store) usecase.Barrier           { return store }
