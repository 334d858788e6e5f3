// Package app assembles the gateway.
package app

import (
	"go.uber.org/fx"

	"shop/gateway/internal/client"
	"shop/gateway/internal/config"
	"shop/gateway/internal/identity"
	"shop/gateway/internal/rest"
	"shop/platform/auth"
	"shop/platform/lifecycle"
)

// Name is the service's name in logs and traces.
const Name = "gateway"

// Options returns the whole service. What is started last is stopped first: the server before its connections to the services.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(cfg, cfg.Auth, cfg.Login),
		auth.Module,
		identity.Module,
		client.Module,
		rest.Module,
	)
}
