package publisher

import (
	"go.uber.org/fx"

	"shop/order/internal/service/saga"
)

// Module provides what use cases and sagas publish with. It needs an outbox and metrics.
var Module = fx.Module("publisher",
	fx.Provide(
		fx.Annotate(New, fx.As(new(saga.EventPublisher))),
		fx.Annotate(NewCommands, fx.As(new(saga.Commands))),
		fx.Annotate(NewSagas, fx.As(new(saga.Reporter))),
	),
)
