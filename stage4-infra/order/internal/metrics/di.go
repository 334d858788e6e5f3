package metrics

import (
	"go.uber.org/fx"

	"shop/order/internal/publisher"
	"shop/order/internal/usecase"
)

// Module provides the metrics under the interfaces of the packages that count. It needs a registry.
var Module = fx.Module("metrics",
	fx.Provide(fx.Annotate(New,
		fx.As(new(publisher.Metrics)), fx.As(new(publisher.SagaMetrics)), fx.As(new(usecase.SagaGauge)), fx.As(new(usecase.ProjectionMetrics)),
	)),
)
