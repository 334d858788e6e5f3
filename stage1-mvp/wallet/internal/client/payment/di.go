package payment

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/wallet/internal/service/payment"
)

// Module provides the payment provider. It is called in the name of the shop, with an API key, and never sees a user's token.
var Module = fx.Module("client.payment", fx.Provide(fx.Annotate(provide, fx.As(new(payment.Provider)))))

func provide(lc fx.Lifecycle, cfg Config) *Client {
	client := New(cfg)
	lc.Append(fx.StopHook(client.Close))
	return client
}
