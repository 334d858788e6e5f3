// Package postgres keeps the domain of order in PostgreSQL. Each method runs in the transaction of its context, if there is one.
package postgres

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/job"
)

// Module provides the repositories as the interfaces of the domain and of those who use them.
var Module = fx.Module("repository",
	fx.Provide(
		fx.Annotate(NewOrderRepository, fx.As(new(domain.OrderRepository))),
		fx.Annotate(NewSagaRepository, fx.As(new(domain.SagaRepository))),
		fx.Annotate(NewExecutionRepository, fx.As(new(job.History)), fx.As(new(usecase.JobExecutions))),
		fx.Annotate(NewSalesRepository, fx.As(new(usecase.Sales))),
	),
)
