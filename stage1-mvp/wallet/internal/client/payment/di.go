package payment

import (
	"go.uber.org/fx"

	"shop/wallet/internal/service/payment"
)

// Module provides the payment provider. Calls carry the API key of the shop and never the token of a user.
var Module = fx.Module("client.payment", fx.Provide(fx.Annotate(provide, fx.As(new(payment.Provider)))))

func provide(lc fx.Lifecycle, cfg Config) *Client {
	client := New(cfg)
	lc.Append(fx.StopHook(client.Close))
	return client
}
