package publisher

import (
	"go.uber.org/fx"

	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
)

// Module provides the Publisher to use cases and sagas. It needs Metrics.
var Module = fx.Module("publisher",
	fx.Provide(fx.Annotate(New, fx.As(new(usecase.EventPublisher)), fx.As(new(saga.EventPublisher)))),
)
