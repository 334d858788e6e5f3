package payment

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/wallet/internal/service/payment"
)

// Module provides the payment provider. Calls carry the API key of the shop and never the token of a user.
var Module = fx.Module("client.payment", fx.Provide(fx.Annotate(provide, fx.As(new(payment.Provider)))))

func provide(lc fx.Lifecycle, cfg Config, bulkheads *bulkhead.Metrics, breakers *breaker.Metrics, log *zap.Logger) *Client {
	client := New(cfg, bulkheads, breakers, log)
	lc.Append(fx.StopHook(client.Close))
	return client
}
