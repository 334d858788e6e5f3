package rabbitmq

import (
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

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
	err := declareQuorum(ch, queue, amqp.Table{
		"x-delivery-limit":          deliveryLimit - 1,
		"x-dead-letter-exchange":    DeadLetterExchange,
		"x-dead-letter-routing-key": dead,
		"x-dead-letter-strategy":    "at-least-once",
		amqp.QueueOverflowArg:       amqp.QueueOverflowRejectPublish,
	})
	if err != nil {
		return err
	}
	for _, key := range bindings {
		if err := ch.QueueBind(queue, key, Exchange, false, nil); err != nil {
			return fmt.Errorf("bind queue %s to %s: %w", queue, key, err)
		}
	}
	return nil
}
