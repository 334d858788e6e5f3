// Package app puts the gateway together.
package app

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/gateway/internal/client"
	"stagecraft/stage1-mvp/gateway/internal/config"
	"stagecraft/stage1-mvp/gateway/internal/rest"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/lifecycle"
)

const service = "gateway"

// Main runs the service until it is told to stop, and returns the exit code.
func Main() int { return lifecycle.Main(service, Module) }

// Module is the whole service. What is listed later starts later and stops earlier: the server comes last.
func Module(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(service, cfg.Common),
		fx.Supply(cfg, cfg.Auth),
		auth.Module,
		client.Module,
		rest.Module,
	)
}
