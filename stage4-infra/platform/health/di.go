package health

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/lifecycle"
	"shop/platform/telemetry"
)

// Module provides *Health and probes while the service runs. It needs a Config and a Requirement, and uses all probes that AsProbe adds.
// The server of metrics answers them over HTTP, for probes that cannot show a certificate.
var Module = fx.Module("health", fx.Provide(provide))

// AsProbe provides the Probe that constructor returns.
func AsProbe(constructor any) fx.Option {
	return fx.Provide(fx.Annotate(constructor, fx.ResultTags(`group:"probes"`)))
}

type in struct {
	fx.In
	Stops    *lifecycle.Coordinator
	Config   Config
	Requires Requirement
	Probes   []Probe `group:"probes"`
	Log      *zap.Logger
	Registry *prometheus.Registry
	Metrics  *telemetry.MetricsServer
}

func provide(i in) (*Health, error) {
	h, err := New(Params{Config: i.Config, Requires: i.Requires, Probes: i.Probes, Log: i.Log, Registry: i.Registry})
	if err != nil {
		return nil, err
	}
	h.RegisterHTTP(i.Metrics)
	i.Stops.Add(lifecycle.NotServing, "health", fx.Hook{OnStart: h.Start, OnStop: fx.StopHook(h.Shutdown).OnStop})
	i.Stops.Add(lifecycle.Cron, "probes", fx.StopHook(h.Stop))
	return h, nil
}
