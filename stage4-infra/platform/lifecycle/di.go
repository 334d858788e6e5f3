package lifecycle

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/clock"
	"shop/platform/logging"
	"shop/platform/mtls"
	"shop/platform/telemetry"
)

// Basics is the configuration that every service has.
type Basics struct {
	Logging   logging.Config
	Telemetry telemetry.Config
	Lifecycle Config
	TLS       mtls.Config
}

// Module provides what every service has: logger, clock, traces, metrics, its identity, and the Coordinator, with which all parts register that have to
// be stopped.
func Module(service string, cfg Basics) fx.Option {
	return fx.Options(
		fx.StartTimeout(cfg.Lifecycle.StartupTimeout),
		fx.Module("lifecycle",
			fx.Supply(cfg.Logging, cfg.Telemetry, cfg.Lifecycle, cfg.TLS, telemetry.Service(service)),
			fx.Provide(
				func() *zap.Logger { return logging.New(cfg.Logging, service) },
				func() clock.Clock { return clock.System },
				NewCoordinator,
			),
			telemetry.Module,
			mtls.Module(service),
			fx.Invoke(func(c *Coordinator, traces *telemetry.Traces, metrics *telemetry.MetricsServer, identity *mtls.Identity) {
				c.Add(Telemetry, "traces", fx.StopHook(traces.Flush))
				c.Add(Telemetry, "metrics", fx.Hook{OnStart: metrics.Start, OnStop: metrics.Stop})
				c.Add(Telemetry, "certificates", fx.Hook{OnStart: identity.Start, OnStop: identity.Stop})
			}),
		),
	)
}
