// Package app assembles the gateway.
package app

import (
	"go.uber.org/fx"

	"shop/gateway/internal/client"
	"shop/gateway/internal/config"
	"shop/gateway/internal/identity"
	"shop/gateway/internal/rest"
	"shop/platform/auth"
	"shop/platform/grpcclient"
	"shop/platform/health"
	"shop/platform/lifecycle"
)

// Name is the service's name in logs and traces.
const Name = "gateway"

// Options returns the whole service.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(cfg, cfg.Auth, cfg.Login, cfg.Health, cfg.Requires),
		auth.Module,
		identity.Module,
		grpcclient.Module,
		client.Module,
		health.Module,
		rest.Module,
	)
}
