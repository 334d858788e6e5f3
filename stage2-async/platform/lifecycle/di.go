package lifecycle

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/clock"
	"shop/platform/logging"
	"shop/platform/telemetry"
)

// Basics is the configuration that every service has.
type Basics struct {
	Logging   logging.Config
	Telemetry telemetry.Config
	Lifecycle Config
}

// Module provides what every service has (logger, clock, traces and metrics), and bounds how long the service may take to start and to
// stop.
func Module(service string, cfg Basics) fx.Option {
	return fx.Options(
		fx.StartTimeout(cfg.Lifecycle.StartupTimeout),
		fx.StopTimeout(cfg.Lifecycle.ShutdownTimeout),
		fx.Module("lifecycle",
			fx.Supply(cfg.Logging, cfg.Telemetry, telemetry.Service(service)),
			fx.Provide(
				func() *zap.Logger { return logging.New(cfg.Logging, service) },
				func() clock.Clock { return clock.System },
			),
			telemetry.Module,
		),
	)
}
