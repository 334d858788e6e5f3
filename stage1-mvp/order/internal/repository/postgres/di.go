package postgres

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/job"
)

// Module provides the repositories. It needs a pool.
var Module = fx.Module("repository",
	fx.Provide(
		fx.Annotate(NewOrderRepository, fx.As(new(domain.OrderRepository))),
		fx.Annotate(NewSagaRepository, fx.As(new(domain.SagaRepository))),
		fx.Annotate(NewExecutionRepository, fx.As(new(job.History)), fx.As(new(usecase.JobExecutions))),
		fx.Annotate(NewSalesRepository, fx.As(new(usecase.Sales))),
	),
)
