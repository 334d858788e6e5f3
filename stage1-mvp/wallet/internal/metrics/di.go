package metrics

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// Module provides the metrics to those who count. It needs a registry.
var Module = fx.Module("metrics",
	fx.Provide(fx.Annotate(New, fx.As(new(payment.Metrics)), fx.As(new(usecase.PaymentGauge)))),
)
