// Package postgres keeps the domain of order in PostgreSQL. Each method runs in the transaction of its context, if there is one.
package postgres

import (
	"go.uber.org/fx"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/job"
	"shop/platform/lock"
)

// Module provides the repositories under the interfaces that others declare.
var Module = fx.Module("repository",
	fx.Provide(
		fx.Annotate(NewOrderRepository, fx.As(new(domain.OrderRepository))),
		fx.Annotate(NewSagaRepository, fx.As(new(saga.Repository)), fx.As(new(usecase.OpenSagas))),
		fx.Annotate(NewQueryService, fx.As(new(query.QueryService))),
		fx.Annotate(NewReadModel, fx.As(new(query.ReadModel))),
		fx.Annotate(NewProjection, fx.As(new(usecase.Projection))),
		fx.Annotate(NewFenceRepository, fx.As(new(lock.Fences))),
		fx.Annotate(NewExecutionRepository, fx.As(new(job.History)), fx.As(new(usecase.JobExecutions))),
	),
)
