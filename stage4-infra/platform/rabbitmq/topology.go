package rabbitmq

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	// Exchange is the topic exchange of all messages. The routing key is the type of the message.
	Exchange = "shop"
	// DeadLetterExchange is the direct exchange of dead letters. The routing key is the name of the queue of dead letters.
	DeadLetterExchange = "dlx.exchange"

	deadLetterPrefix = "dlq."
	deliveryLimit    = 5
	// Dead letters stay however often they are looked at and put back. RabbitMQ 4 has a limit of 20 by default; 3 knows no "none".
	unlimited = 1 << 30
)

// DeadLetterQueue returns the name of the queue that holds the dead letters of queue.
func DeadLetterQueue(queue string) string { return deadLetterPrefix + queue }

func declareExchange(ch *amqp.Channel) error {
	if err := ch.ExchangeDeclare(Exchange, amqp.ExchangeTopic, true, false, false, false, nil); err != nil {
		return fmt.Errorf("declare exchange %s: %w", Exchange, err)
	}
	return nil
}

// declareQueue declares the queue, its bindings, and the place for its dead letters.
//
// A message is delivered deliveryLimit+1 times at most. The broker then moves it to the dead letters and keeps it until it is safe there:
// this needs quorum queues, x-dead-letter-strategy and reject-publish together.
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
		"x-delivery-limit":          deliveryLimit,
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

func declareQuorum(ch *amqp.Channel, queue string, args amqp.Table) error {
	args[amqp.QueueTypeArg] = amqp.QueueTypeQuorum
	_, err := ch.QueueDeclare(queue, true, false, false, false, args)
	var refusal *amqp.Error
	if errors.As(err, &refusal) && refusal.Code == amqp.PreconditionFailed {
		return fmt.Errorf("queue %s exists with other arguments; arguments cannot be changed: move its messages to another queue, "+
			"delete it, and it is declared anew: %w", queue, err)
	}
	if err != nil {
		return fmt.Errorf("declare queue %s: %w", queue, err)
	}
	return nil
}
