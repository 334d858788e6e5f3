// Package app assembles the order service.
package app

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/client/inventory"
	"stagecraft/stage1-mvp/order/internal/client/wallet"
	"stagecraft/stage1-mvp/order/internal/config"
	"stagecraft/stage1-mvp/order/internal/grpc"
	"stagecraft/stage1-mvp/order/internal/job"
	"stagecraft/stage1-mvp/order/internal/metrics"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/order/internal/service/journal"
	"stagecraft/stage1-mvp/order/internal/service/saga"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Name is the service's name in logs, traces and tokens.
const Name = "order"

// Options returns the whole service. What is started last is stopped first: the server and the jobs before the database.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(
			cfg.Auth, cfg.Issuer, cfg.Server, cfg.Client, cfg.Inventory, cfg.Wallet, cfg.Database,
			cfg.Saga, cfg.Scan, cfg.Watch, cfg.Batch, cfg.Cursor, grpc.Addr(cfg.Addr),
		),
		fx.Provide(newIssuer),
		postgres.Module,
		idempotency.Module,
		pagination.Module,
		auth.Module,
		inventory.Module,
		wallet.Module,
		repository.Module,
		metrics.Module,
		journal.Module,
		saga.Module,
		usecase.Module,
		grpc.Module,
		job.Module,
		job.Reports(cfg.Jobs),
		grpcserver.Module,
	)
}

func newIssuer(cfg auth.IssuerConfig, users auth.Config) (*auth.Issuer, error) {
	return auth.NewIssuer(cfg, users.Audience, Name)
}
