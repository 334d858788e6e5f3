// Package app assembles the wallet service.
package app

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
	provider "stagecraft/stage1-mvp/wallet/internal/client/payment"
	"stagecraft/stage1-mvp/wallet/internal/config"
	"stagecraft/stage1-mvp/wallet/internal/grpc"
	"stagecraft/stage1-mvp/wallet/internal/job"
	"stagecraft/stage1-mvp/wallet/internal/metrics"
	repository "stagecraft/stage1-mvp/wallet/internal/repository/postgres"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// Name is the service's name in logs and traces.
const Name = "wallet"

// Options returns the whole service. What is started last is stopped first: the server and the job before the database.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(cfg.Auth, cfg.Server, cfg.Database, cfg.Ledger, cfg.Cursor, cfg.Payment, cfg.Scan, grpc.Addr(cfg.Addr)),
		postgres.Module,
		idempotency.Module,
		pagination.Module,
		auth.Module,
		provider.Module,
		repository.Module,
		metrics.Module,
		payment.Module,
		usecase.Module,
		grpc.Module,
		job.Module,
		grpcserver.Module,
	)
}
