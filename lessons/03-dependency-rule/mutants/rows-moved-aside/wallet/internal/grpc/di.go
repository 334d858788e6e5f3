package grpc

import (
	"go.uber.org/fx"

	"shop/wallet/internal/balance"
)

// Module provides the handlers and what the server is made of.
var Module = fx.Module("grpc", fx.Provide(NewHandler, NewPaymentHandler, params, balance.NewReader))
