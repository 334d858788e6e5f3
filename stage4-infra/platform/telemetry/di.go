package telemetry

import "go.uber.org/fx"

// Module provides *Traces, *MetricsServer and *prometheus.Registry. It needs a Config, a Service, a logging.Config and a logger.
var Module = fx.Module("telemetry",
	fx.Provide(newRegistry, startTracing, newMetricsServer),
)
