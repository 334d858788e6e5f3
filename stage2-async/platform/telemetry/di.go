package telemetry

import "go.uber.org/fx"

// Module starts tracing and the metrics server and provides *prometheus.Registry. It needs a Config, a Service, a logging.Config and a
// logger.
var Module = fx.Module("telemetry",
	fx.Provide(newRegistry),
	fx.Invoke(startTracing, serveMetrics),
)
