package rabbitmq

import (
	amqp "github.com/rabbitmq/amqp091-go"
)

func outcomeOf(d amqp.Delivery, err error) (outcome, reason string) {
	switch {
	case err == nil:
		return outcomeDone, ""
	case deliveriesBefore(d) >= deliveryLimit:
		return outcomeDead, reasonDeliveryLimit
	default:
		return outcomeRequeued, ""
	}
}
