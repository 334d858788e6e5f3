package postgres

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// Module provides the repositories. It needs a pool.
var Module = fx.Module("repository",
	fx.Provide(
		fx.Annotate(NewOrderRepository, fx.As(new(domain.OrderRepository))),
		fx.Annotate(NewSagaRepository, fx.As(new(domain.SagaRepository))),
	),
)
