package rabbitmq

import (
	amqp "github.com/rabbitmq/amqp091-go"

	"shop/platform/messaging"
)

func outcomeOf(d amqp.Delivery, err error) (outcome, reason string) {
	switch {
	case err == nil:
		return outcomeDone, ""
	case messaging.IsPermanent(err):
		return outcomeDead, reasonPermanent
	case deliveriesBefore(d)+1 >= deliveryLimit:
		return outcomeDead, reasonDeliveryLimit
	default:
		return outcomeRequeued, ""
	}
}
