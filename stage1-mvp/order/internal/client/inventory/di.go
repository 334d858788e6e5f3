package inventory

import (
	"go.uber.org/fx"

	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcclient"
)

// Module provides the sagas' Inventory and the Catalogue. It calls in the name of this service, on behalf of the buyer.
var Module = fx.Module("client.inventory",
	fx.Provide(fx.Annotate(provide, fx.As(new(saga.Inventory)), fx.As(new(usecase.Catalogue)))),
)

func provide(lc fx.Lifecycle, cfg Config, calls grpcclient.Config, issuer *auth.Issuer) (*Client, error) {
	conn, err := grpcclient.Connect(lc, cfg.Target, grpcclient.WithConfig(calls), grpcclient.WithCredentials(auth.ServiceCredentials(issuer)))
	if err != nil {
		return nil, err
	}
	return New(conn), nil
}
