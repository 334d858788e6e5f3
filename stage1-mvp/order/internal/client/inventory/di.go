package inventory

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/service/saga"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcclient"
)

// Module provides the saga's Inventory. It calls in the name of this service, on behalf of the buyer.
var Module = fx.Module("client.inventory", fx.Provide(fx.Annotate(provide, fx.As(new(saga.Inventory)))))

func provide(lc fx.Lifecycle, cfg Config, calls grpcclient.Config, issuer *auth.Issuer) (*Client, error) {
	conn, err := grpcclient.Connect(lc, cfg.Target, grpcclient.WithConfig(calls), grpcclient.WithCredentials(auth.ServiceCredentials(issuer)))
	if err != nil {
		return nil, err
	}
	return New(conn), nil
}
