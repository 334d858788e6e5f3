// Package rabbitmq publishes and consumes messages. Exchanges and queues are declared by those who use them.
package rabbitmq

import (
	"context"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/health"
	"shop/platform/lifecycle"
	"shop/platform/telemetry"
)

// Module provides *Publisher and the probe "broker", and runs all consumers that AsConsumer adds. It needs a Config. The start does not
// wait for the broker.
var Module = fx.Module("rabbitmq",
	fx.Provide(newMetrics, newLinks, providePublisher),
	health.AsProbe(newProbe),
	fx.Invoke(runConsumers),
)

// AsConsumer provides the Consumer that constructor returns.
func AsConsumer(constructor any) fx.Option {
	return fx.Provide(fx.Annotate(constructor, fx.ResultTags(`group:"consumers"`)))
}

func providePublisher(
	stops *lifecycle.Coordinator, cfg Config, service telemetry.Service, log *zap.Logger, m *metrics, l *links,
) *Publisher {
	p := newPublisher(cfg, string(service), log, m, l)
	stops.Add(lifecycle.Broker, "publisher", fx.StartStopHook(p.start, p.stop))
	return p
}

type consumersIn struct {
	fx.In
	Stops     *lifecycle.Coordinator
	Config    Config
	Service   telemetry.Service
	Log       *zap.Logger
	Metrics   *metrics
	Links     *links
	Publisher *Publisher
	Consumers []Consumer `group:"consumers"`
}

func runConsumers(in consumersIn) {
	c := newConsumers(in.Config, string(in.Service), in.Log, in.Metrics, in.Links, in.Publisher, in.Consumers)
	in.Stops.Add(lifecycle.Consumers, "consumers", fx.Hook{
		OnStart: func(context.Context) error {
			c.Start()
			return nil
		},
		OnStop: c.Stop,
	})
}
