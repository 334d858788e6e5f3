// Package app puts wallet together.
package app

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/pagination"
	platformpostgres "stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/telemetry"
	"stagecraft/stage1-mvp/wallet/internal/config"
	"stagecraft/stage1-mvp/wallet/internal/grpc"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

const service = "wallet"

// Main runs the service until it is told to stop, and returns the exit code.
func Main() int { return lifecycle.Main(service, Module) }

// Module is the whole service. What is listed later starts later and stops earlier: the server comes last.
func Module(cfg config.Config) fx.Option {
	return fx.Options(
		fx.Supply(cfg, cfg.Ledger, cfg.Logging, cfg.Telemetry, cfg.Lifecycle, cfg.Auth, cfg.Database, cfg.Pagination),
		fx.Supply(telemetry.Service(service)),
		fx.Provide(newLogger, newTxManager, newRequests, newBarrier, newCursors),
		telemetry.Module,
		platformpostgres.Module,
		idempotency.Module,
		auth.Module,
		postgres.Module,
		usecase.Module,
		grpc.Module,
		grpcserver.Module,
	)
}

func newLogger(cfg logging.Config) *zap.Logger { return logging.New(cfg, service) }

// The use cases say what they need in interfaces of their own; this is what they get.
func newTxManager(tx *platformpostgres.TxManager) usecase.TxManager { return tx }
func newRequests(store *idempotency.Store) usecase.Requests         { return store }
func newBarrier(store *idempotency.Store) usecase.Barrier           { return store }
func newCursors(cfg pagination.Config) usecase.Cursors              { return pagination.NewSigner(cfg) }
