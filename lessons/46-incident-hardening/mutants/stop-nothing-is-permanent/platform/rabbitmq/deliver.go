package rabbitmq

import (
	amqp "github.com/rabbitmq/amqp091-go"
)

// outcomeOf decides what becomes of a delivery whose handler has returned err, and why a dead letter is one. The broker would move the
// message after the last delivery that the queue allows, too, but without the error.
func outcomeOf(d amqp.Delivery, err error) (outcome, reason string) {
	switch {
	case err == nil:
		return outcomeDone, ""
	default:
		return outcomeRequeued, ""
	}
}
