// Package rabbitmq publishes and consumes messages. Exchanges and queues are declared by those who use them.
package rabbitmq

import (
	"context"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/telemetry"
)

// Module provides *Publisher, and runs all consumers that AsConsumer adds. It needs a Config. The start does not wait for the broker.
//
// Put it after the modules whose work the consumers' messages use: hooks stop in reverse order.
var Module = fx.Module("rabbitmq",
	fx.Provide(newMetrics, providePublisher),
	fx.Invoke(runConsumers),
)

// AsConsumer provides the Consumer that constructor returns.
func AsConsumer(constructor any) fx.Option {
	return fx.Provide(fx.Annotate(constructor, fx.ResultTags(`group:"consumers"`)))
}

func providePublisher(lc fx.Lifecycle, cfg Config, service telemetry.Service, log *zap.Logger, m *metrics) *Publisher {
	p := newPublisher(cfg, string(service), log, m)
	lc.Append(fx.StartStopHook(p.start, p.stop))
	return p
}

type consumersIn struct {
	fx.In
	Lifecycle fx.Lifecycle
	Config    Config
	Service   telemetry.Service
	Log       *zap.Logger
	Metrics   *metrics
	Consumers []Consumer `group:"consumers"`
}

func runConsumers(in consumersIn) {
	c := newConsumers(in.Config, string(in.Service), in.Log, in.Metrics, in.Consumers)
	in.Lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			c.Start()
			return nil
		},
		OnStop: c.Stop,
	})
}
