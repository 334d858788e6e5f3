package consumer

import (
	"go.uber.org/fx"

	"shop/platform/rabbitmq"
)

// Module takes the commands.
var Module = fx.Module("consumer", fx.Provide(NewCommands), rabbitmq.AsConsumer(queue))

func queue(commands *Commands) rabbitmq.Consumer {
	return rabbitmq.Consumer{Queue: "wallet.commands", Bindings: []string{deduct, refund}, Handle: commands.Handle}
}
