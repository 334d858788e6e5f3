package payment

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/platform/lifecycle"
	"shop/wallet/internal/service/payment"
)

// Module provides the payment provider. Calls carry the API key of the shop and never the token of a user.
var Module = fx.Module("client.payment", fx.Provide(fx.Annotate(provide, fx.As(new(payment.Provider)))))

func provide(
	stops *lifecycle.Coordinator, cfg Config, bulkheads *bulkhead.Metrics, breakers *breaker.Metrics, log *zap.Logger,
) *Client {
	client := New(cfg, bulkheads, breakers, log)
	stops.Add(lifecycle.Clients, "payment provider", fx.StopHook(client.Close))
	return client
}
