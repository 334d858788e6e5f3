package lifecycle

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/telemetry"
)

// Common is the configuration that every service has.
type Common struct {
	Logging   logging.Config
	Telemetry telemetry.Config
	Lifecycle Config
}

// Module provides what every service has: the logger, the clock, traces and metrics.
func Module(service string, cfg Common) fx.Option {
	return fx.Module("common",
		fx.Supply(cfg.Logging, cfg.Telemetry, cfg.Lifecycle, telemetry.Service(service)),
		fx.Provide(
			func() *zap.Logger { return logging.New(cfg.Logging, service) },
			func() clock.Clock { return clock.System },
		),
		telemetry.Module,
	)
}
