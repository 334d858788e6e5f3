package rabbitmq

import (
	amqp "github.com/rabbitmq/amqp091-go"

	"shop/platform/messaging"
)

func outcomeOf(d amqp.Delivery, err error) (outcome, reason string) {
	last := deliveriesBefore(d)+1 > deliveryLimit
	outcome = outcomeDone
	if err != nil {
		outcome = outcomeRequeued
	}
	if err != nil && last {
		outcome, reason = outcomeDead, reasonDeliveryLimit
	}
	if messaging.IsPermanent(err) {
		outcome, reason = outcomeDead, reasonPermanent
	}
	return outcome, reason
}
