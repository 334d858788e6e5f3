package consumer

import (
	"go.uber.org/fx"

	"shop/order/internal/domain"
	"shop/platform/inbox"
	"shop/platform/rabbitmq"
)

// Module takes the replies to the commands of sagas, the events of which the read model is made, and news of the catalogue.
var Module = fx.Module("consumer",
	fx.Provide(NewReplies, NewProjector, NewCatalogue),
	rabbitmq.AsConsumer(repliesQueue), rabbitmq.AsConsumer(projectorQueue), rabbitmq.AsConsumer(catalogueQueue),
)

func repliesQueue(replies *Replies, in *inbox.Inbox) rabbitmq.Consumer {
	const queue = "order.replies"
	return rabbitmq.Consumer{Queue: queue, Bindings: []string{"order.saga.reply"}, Handle: in.Wrap(queue, replies.Handle)}
}

func catalogueQueue(catalogue *Catalogue) rabbitmq.Consumer {
	return rabbitmq.Consumer{Queue: "order.catalogue", Bindings: []string{"inventory.product.changed"}, Handle: catalogue.Handle}
}

// The projector needs no inbox and no order: the sequence of each event decides what it may change.
func projectorQueue(projector *Projector) rabbitmq.Consumer {
	return rabbitmq.Consumer{
		Queue: "order.projector",
		Bindings: []string{
			domain.OrderCreated{}.EventType(), domain.OrderConfirmed{}.EventType(), domain.OrderPaid{}.EventType(),
			domain.OrderShipped{}.EventType(), domain.OrderCancelled{}.EventType(), productChanged, balanceDeducted, balanceRefunded,
		},
		Handle: projector.Handle,
	}
}
