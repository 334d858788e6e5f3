// Package app assembles the inventory service.
package app

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/inventory/internal/config"
	"stagecraft/stage1-mvp/inventory/internal/grpc"
	"stagecraft/stage1-mvp/inventory/internal/metrics"
	repository "stagecraft/stage1-mvp/inventory/internal/repository/postgres"
	"stagecraft/stage1-mvp/inventory/internal/usecase"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Name is the service's name in logs and traces.
const Name = "inventory"

// Options returns the whole service. What is started last is stopped first: the server before the database.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(cfg.Auth, cfg.Server, cfg.Database, grpc.Addr(cfg.Addr)),
		postgres.Module,
		idempotency.Module,
		auth.Module,
		repository.Module,
		metrics.Module,
		usecase.Module,
		grpc.Module,
		grpcserver.Module,
	)
}
